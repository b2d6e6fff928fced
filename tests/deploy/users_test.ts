/** Accounts on a running stack: made, seen, changed, able to sign in, removed, each with its audit event. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { createClient } from "@supabase/supabase-js";
import { COMMANDS } from "../../ops/commands.ts";
import { runOps } from "../../ops/run_ops.ts";
import { sharedStack } from "../stack/shared_stack.ts";
import type { TestStack } from "../support/stack.ts";

interface Run {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

async function ops(stack: TestStack, ...args: string[]): Promise<Run> {
  const [out, said]: [string[], string[]] = [[], []];
  const code = await runOps([...args, "--stack", stack.name], {
    commands: COMMANDS,
    env: () => undefined,
    print: (line) => out.push(line),
    write: () => Promise.resolve(),
    complain: (line) => said.push(line),
    colours: false,
    ask: () => null,
    stopping: new AbortController().signal,
  });
  return { code, out: out.join("\n"), said: said.join("\n") };
}

async function signIn(stack: TestStack, email: string, password: string): Promise<unknown> {
  const client = createClient(stack.api_url, stack.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data } = await client.auth.signInWithPassword({ email, password });
  return data.user?.app_metadata.role ?? null;
}

const shared = sharedStack({ functions: false });

Deno.test("ops users adds, lists, changes and removes, and leaves events", async () => {
  const { stack, sql } = shared();
  const added = await ops(stack, "users", "add", "Ann@Example.org", "--role", "operator", "--json");
  assertEquals(added.code, 0, added.said);
  const { email, password, made } = JSON.parse(added.out);
  assertEquals([email, made, String(password).length], ["ann@example.org", true, 24]);
  assertEquals(await signIn(stack, email, password), "operator");

  const changed = JSON.parse((await ops(stack, "users", "add", email, "--role", "viewer", "--json")).out);
  assertEquals([changed.made, changed.password], [false, null]);
  assertEquals(await signIn(stack, email, password), "viewer");
  const { users } = JSON.parse((await ops(stack, "users", "list", "--json")).out);
  assertEquals(users.map((user: { email: string; role: string }) => [user.email, user.role]), [[
    email,
    "viewer",
  ]]);

  assertEquals((await ops(stack, "users", "remove", email)).code, 0);
  assertEquals(await signIn(stack, email, password), null);
  const again = await ops(stack, "users", "remove", email);
  assertEquals(again.code, 2);
  assertStringIncludes(again.said, "There is no account");

  const events =
    await sql`select action, actor, after::text as after from audit.event_log where entity_type = 'user' order by id`;
  assertEquals(events.map((row) => row.action), ["user.added", "user.role_changed", "user.removed"]);
  assertEquals(events.every((row) => String(row.actor).startsWith("ops:")), true);
  assertEquals(events.some((row) => String(row.after).includes("@")), false);
});

Deno.test("ops users refuses what is no address and no role", async () => {
  const { stack } = shared();
  assertEquals((await ops(stack, "users", "add", "ann", "--role", "operator")).code, 2);
  assertEquals((await ops(stack, "users", "add", "ann@example.org", "--role", "king")).code, 2);
  assertEquals((await ops(stack, "users", "add", "ann@example.org")).code, 2);
});
