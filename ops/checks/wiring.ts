/** Whether what holds a system together is in place: views, Supabase's advisors, Vault, people. */
import * as z from "zod";
import { ROOT } from "../../checkout/root.ts";
import { migrationUrl } from "../deploy/project.ts";
import { SERVICE_RIGHTS } from "../security/rights.ts";
import { lastWords, runCli } from "../supabase_cli.ts";
import type { Target } from "../target.ts";
import { accountsOf } from "../users/accounts.ts";
import { reasonOf } from "../reason.ts";
import { type Seen, unwell, warned, well, wellUnless } from "./check.ts";
import { VIEW_COLUMNS } from "./views.ts";

const VIEW_WITHIN_MS = 8000; // as long as REST would wait for it

/** Every view people and programs read: there, with the columns they rely on in that order, and readable in time. */
export async function lookAtViews(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const names = [
    ...new Set([
      ...Object.keys(VIEW_COLUMNS),
      ...Object.keys(SERVICE_RIGHTS).filter((name) => /\.v(iew)?_/.test(name)),
    ]),
  ].sort();
  const wrong: string[] = [];
  for (const name of names) {
    try {
      const found = await sql.begin("read only", async (transaction) => {
        await transaction.unsafe(`set local statement_timeout = ${VIEW_WITHIN_MS}`);
        return (await transaction.unsafe(`select * from ${name} limit 1`)).columns.map((one) => one.name);
      });
      const wanted = VIEW_COLUMNS[name] ?? [];
      if (wanted.some((column, at) => found[at] !== column)) {
        wrong.push(`${name} has other columns: ${found.join(", ")}`);
      }
    } catch (error) {
      wrong.push(`${name}: ${reasonOf(error)}`);
    }
  }
  return wellUnless(
    wrong,
    `${names.length} views, columns as promised, each read`,
    "ops migration-status shows whether a migration is missing; a view that was changed by hand is put back by its " +
      "create view in supabase/migrations. One that takes too long: see who holds a lock (pg_stat_activity).",
  );
}

const Advice = z.object({
  results: z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() })),
});

/** Supabase's own lints on security and speed, by the CLI. */
export async function lookAtAdvisors(target: Target): Promise<Seen> {
  const home = await Deno.makeTempDir({ prefix: "dragonfly-advisors-" }); // the CLI reads nobody's login
  try {
    const url = new URL(migrationUrl(await target.need("databaseUrl")));
    if (url.hostname === "127.0.0.1") url.searchParams.set("sslmode", "disable");
    const run = await runCli(
      ["db", "advisors", `--remote=${url.href}`, "--level", "warn", "--output-format", "json"],
      { workdir: ROOT, env: { HOME: home }, alone: true },
    );
    const advice = Advice.safeParse(parsed(run.output)).data;
    if (!run.ok || advice === undefined) {
      return unwell(
        `the advisors gave no report: ${masked(lastWords(run, 2), url.password)}`,
        "ops doctor says whether the database answers; SUPABASE_CLI names another build of the CLI.",
      );
    }
    return wellUnless(
      advice.results.map(({ name, level, detail }) => `${level} ${name}: ${detail}`),
      "Supabase's advisors have nothing above INFO to say",
      "Each names the object: mend it in a new migration (ops lint-migrations reads it before you push).",
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function masked(text: string, secret: string): string {
  return secret === ""
    ? text
    : text.replaceAll(decodeURIComponent(secret), "****").replaceAll(secret, "****");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const Secrets = z.array(z.object({ name: z.string(), value: z.string() }));

/** Whether SQL can wake the functions of this system, and no other's. */
export async function lookAtVault(target: Target): Promise<Seen> {
  const { apiUrl, wakeToken, stack } = await target.addresses();
  const sql = await target.sql();
  const found = Secrets.parse([
    ...await sql`
      select s.name, s.decrypted_secret as value
        from vault.decrypted_secrets s
       where s.name in ('dragonfly_functions_url', 'dragonfly_wake_token')`,
  ]);
  const value = (name: string) => found.find((one) => one.name === name)?.value;
  const wrong = [
    ...["dragonfly_functions_url", "dragonfly_wake_token"].filter((name) => value(name) === undefined)
      .map((name) => `${name} is missing`),
    ...(value("dragonfly_functions_url") === undefined || stack !== null || apiUrl === null ||
        value("dragonfly_functions_url") === `${apiUrl}/functions/v1`
      ? []
      : ["dragonfly_functions_url is not this system's"]),
    ...(value("dragonfly_wake_token") === undefined || wakeToken === null ||
        value("dragonfly_wake_token") === wakeToken
      ? []
      : ["dragonfly_wake_token is not DRAGONFLY_WAKE_TOKEN"]),
  ];
  return wellUnless(
    wrong,
    "address and wake token of the functions are there, and this system's",
    "ops deploy writes both. By hand: select vault.create_secret('<value>', '<name>'), or vault.update_secret(id, '<value>').",
  );
}

/** Who may sign in: somebody who can act, and nobody without a role. */
export async function lookAtUsers(target: Target): Promise<Seen> {
  const accounts = await (await accountsOf(target)).list();
  const count = (role: string | null) => accounts.filter((one) => one.role === role).length;
  const words = `${count("operator")} operators, ${count("viewer")} viewers, ${count(null)} without a role`;
  if (count("operator") === 0) {
    return warned(words, "Nobody can sign in to act: ops users add <email> --role operator");
  }
  return count(null) === 0 ? well(words) : warned(
    words,
    "Accounts without a role may do nothing: ops users list, then ops users add or ops users remove.",
  );
}
