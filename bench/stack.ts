/** The stack a bench runs on: started for it alone, ended with it. Spoken to as anyone outside would. */
import postgres from "postgres";
import { runStack } from "../checkout/run_stack.ts";
import { Addresses, stackHome } from "../checkout/stacks.ts";

export interface BenchStack {
  readonly apiUrl: string;
  readonly secretKey: string;
  /** Where the built dashboard is served; null when it has not been built. */
  readonly dashboardUrl: string | null;
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
  return reached(name, printed, async () => {
    await runStack(["down", "--name", name]);
  });
}

/** A stack that runs already, and goes on when the bench ends. @throws when it does not run. */
export async function reachStack(name: string): Promise<BenchStack> {
  return reached(name, await runStack(["status", "--json", "--name", name]), () => Promise.resolve());
}

function reached(name: string, printed: string, end: () => Promise<void>): BenchStack {
  const addresses = Addresses.parse(JSON.parse(printed));
  const url = new URL(addresses.db_url);
  url.username = "supabase_admin";
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  return {
    apiUrl: addresses.api_url,
    secretKey: addresses.secret_key,
    dashboardUrl: addresses.dashboard_url,
    operatorKey: addresses.operator_key,
    admin,
    journal: `${stackHome(name)}/invocations.jsonl`,
    databaseUrl: url.href,
    async stop() {
      await admin.end({ timeout: 1 });
      await end();
    },
  };
}
