/** The stack a bench runs on: started for it alone, ended with it. Spoken to as anyone outside would. */
import postgres from "postgres";
import * as z from "zod";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

const Addresses = z.object({
  api_url: z.string(),
  db_url: z.string(),
  secret_key: z.string(),
  operator_key: z.string(),
});

export interface BenchStack {
  readonly apiUrl: string;
  readonly secretKey: string;
  /** Lets its holder in at the functions. */
  readonly operatorKey: string;
  /** The superuser: COPY reads server-side files, tables are emptied. */
  readonly admin: postgres.Sql;
  /** Lines of the function host's journal, one per invocation. */
  readonly journal: string;
  /** Connection string for programs of others. */
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

export async function startStack(): Promise<BenchStack> {
  const name = `bench-${crypto.randomUUID().slice(0, 8)}`;
  const printed = await runStack([
    "up",
    "--detach",
    "--json",
    "--name",
    name,
    "--parent",
    String(Deno.pid),
  ]);
  const addresses = Addresses.parse(JSON.parse(printed));
  const url = new URL(addresses.db_url);
  url.username = "supabase_admin";
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  return {
    apiUrl: addresses.api_url,
    secretKey: addresses.secret_key,
    operatorKey: addresses.operator_key,
    admin,
    journal: `${ROOT}/.stack/${name}/invocations.jsonl`,
    databaseUrl: url.href,
    async stop() {
      await admin.end({ timeout: 1 });
      await runStack(["down", "--name", name]);
    },
  };
}

async function runStack(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}/stack/main.ts`, ...args],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot run stack ${args[0]}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
