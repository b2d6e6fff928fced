/** Gate 9: no key of this system stands where it can be read: rows, logs, the files of the checkout. */
import type postgres from "postgres";
import { ROOT } from "../../checkout/root.ts";
import { type Seen, wellUnless } from "../checks/check.ts";
import { givenOf } from "../environment/given.ts";
import type { Target } from "../target.ts";

/** Rows that outlive what wrote them, newest first where they are many. */
const ROWS: readonly (readonly [place: string, text: string])[] = [
  ["audit.event_log", "select e::text as line from audit.event_log e order by e.id desc limit 50000"],
  ["ops.alerts", "select a::text as line from ops.alerts a"],
  ["ops.sentinel_runs", "select r::text as line from ops.sentinel_runs r order by r.id desc limit 1000"],
  ["ops.job_queue", "select j::text as line from ops.job_queue j order by j.updated_at desc limit 50000"],
  ["ops.queue_control", "select c::text as line from ops.queue_control c"],
  [
    "intake.simplicity_batches",
    "select concat(b.filename, b.rejection_reason, b.notes) as line from intake.simplicity_batches b order by b.created_at desc limit 50000",
  ],
  [
    "net._http_response",
    "select concat(r.content, r.headers, r.error_msg) as line from net._http_response r",
  ],
  ["cron.job", "select j.command as line from cron.job j"],
  [
    "cron.job_run_details",
    "select concat(d.command, d.return_message) as line from cron.job_run_details d order by d.runid desc limit 5000",
  ],
];

const SHORTEST_SECRET = 12; // shorter ones stand in honest text by chance

/** Looks for every secret of the system; says where one stands and which, never what it is. */
export async function lookForLeaks(target: Target): Promise<Seen> {
  const secrets = await secretsOf(target);
  const places = [
    ...await inRows(await target.sql(), secrets),
    ...await inFiles(await ownFiles(), secrets),
    ...await inFiles(await logFiles((await target.addresses()).stack), secrets),
  ];
  return wellUnless(
    places,
    `${secrets.length} secrets stand in no row, log or file`,
    "A key that was written down is no key any more: make a new one, set it (.env, ops deploy), then take the old one out.",
  );
}

type Secret = readonly [name: string, value: string];

async function secretsOf(target: Target): Promise<Secret[]> {
  const given = await givenOf(target);
  const named = Object.entries(given).filter(([name]) =>
    /(?:_KEY|_KEYS|_TOKEN|_WEBHOOK_URL)$/.test(name) && !/PUBLISHABLE/.test(name)
  );
  const passwords = Object.entries(given).flatMap(([name, value]): Secret[] => {
    const password = value !== undefined && /^postgres/.test(value) && URL.canParse(value)
      ? new URL(value).password
      : "";
    return [[`the password in ${name}`, decodeURIComponent(password)]];
  });
  return [...named.map(([name, value]): Secret => [name, value ?? ""]), ...passwords]
    .filter(([, value]) => value.length >= SHORTEST_SECRET);
}

/** Rows come here to be searched: a secret that travels to the database would stand in its log. */
async function inRows(sql: postgres.Sql, secrets: readonly Secret[]): Promise<string[]> {
  const found = new Set<string>();
  for (const [place, statement] of ROWS) {
    await sql.unsafe(statement).cursor(1000, (rows) => {
      for (const { line } of rows) {
        for (const [name, value] of secrets) {
          if (String(line).includes(value)) found.add(`${name} stands in ${place}`);
        }
      }
    });
  }
  return [...found];
}

async function inFiles(paths: readonly string[], secrets: readonly Secret[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const text = await Deno.readTextFile(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) return "";
      throw error;
    });
    for (const [name, value] of secrets) {
      if (text.includes(value)) found.push(`${name} stands in ${path.replace(`${ROOT}/`, "")}`);
    }
  }
  return found;
}

/** What git would hand on; nothing where there is no git. */
async function ownFiles(): Promise<string[]> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["ls-files", "-z"],
      cwd: ROOT,
      stderr: "null",
    }).output();
    const names = success ? new TextDecoder().decode(stdout).split("\0").filter(Boolean) : [];
    return names.map((name) => `${ROOT}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function logFiles(stack: string | null): Promise<string[]> {
  if (stack === null) return [];
  const folder = `${ROOT}/.stack/${stack}/logs`;
  const names = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  return names.filter(({ isFile }) => isFile).map(({ name }) => `${folder}/${name}`);
}
