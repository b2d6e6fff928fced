/** `ops generate-announcement`: the go-live announcement, with figures as they are now. */
import * as z from "zod";
import { probeRest } from "../../shared/data/rest_probe.ts";
import { fitted, grouped } from "../../checkout/table.ts";
import { CannotRun, command, type Context, EXIT } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { reasonOf } from "../reason.ts";

/** What doctor found, as its `--json` prints it. */
const Diagnosis = z.object({ checks: z.array(z.object({ name: z.string(), passed: z.boolean() })) });

interface Announcement {
  readonly environment: string;
  readonly timestamp: string;
  readonly ready: boolean;
  readonly doctor: { readonly passed: number; readonly checks: number; readonly red: readonly string[] };
  readonly schema_cache: { readonly fresh: boolean; readonly detail: string };
  readonly batches_24h: { readonly total: number; readonly completed: number; readonly failed: number };
  /** Of those that ended; null when none did. */
  readonly success_rate_percent: number | null;
  readonly dashboard_url: string | null;
  /** The file it was written to; null when it was only printed. */
  readonly written: string | null;
}

export const generateAnnouncement = command<Announcement>({
  name: "generate-announcement",
  effects: "nothing; with --output that file",
  flags: { output: { type: "string", value: "FILE", help: "write it there, too" } },
  examples: [
    ["--env prod", "read it before it is sent"],
    ["--env prod --output announcement.md", "into a file"],
  ],
  async run(context, report) {
    const announcement = await gather(context);
    const written = context.typed.text("output") ?? null;
    if (written !== null) await write(written, textOf(announcement));
    report({ ...announcement, written });
    return announcement.ready ? EXIT.fine : EXIT.notFine;
  },
  show: (announcement, pen) =>
    [
      textOf(announcement),
      ...(announcement.written === null ? [] : [pen.dim(`written: ${announcement.written}`)]),
    ].join("\n"),
});

async function gather(context: Context): Promise<Omit<Announcement, "written">> {
  const { target } = context;
  const [apiUrl, secretKey] = [await target.need("apiUrl"), await target.need("secretKey")];
  const figures = await target.figures();
  const batches = await figures.batchesOfDay().catch((error: unknown) => {
    throw new CannotRun(`There are no figures to announce: ${reasonOf(error)}. ops verify-env-config`);
  });
  const checks = await diagnose(context);
  const rest = await probeRest(apiUrl, secretKey, fetch);
  const fresh = rest.outcome === "answers";
  const red = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  const ended = batches.completed + batches.failed;
  return {
    environment: target.environment,
    timestamp: new Date().toISOString(),
    ready: checks.length > 0 && red.length === 0 && fresh,
    doctor: { passed: checks.length - red.length, checks: checks.length, red },
    schema_cache: {
      fresh,
      detail: fresh ? "Reloaded" : rest.outcome === "refuses" ? `REST answers ${rest.status}` : rest.why,
    },
    batches_24h: batches,
    success_rate_percent: ended === 0 ? null : Math.floor(1000 * batches.completed / ended) / 10,
    dashboard_url: Deno.env.get("DRAGONFLY_DASHBOARD_URL") || null,
  };
}

/** Runs doctor as it is typed: an announcement says what an operator would see. */
async function diagnose(context: Context) {
  const doctor = await COMMANDS["doctor"]?.load();
  let told: unknown;
  await doctor?.run(context, (data) => told = data);
  return told === undefined ? [] : Diagnosis.parse(told).checks;
}

async function write(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(file, `${text}\n`).catch((error: unknown) => {
    throw new CannotRun(`Cannot write ${file}: ${error instanceof Error ? error.message : error}`);
  });
}

const WIDTH = 78; // between the lines of the box: 80 in all

function textOf(announcement: Omit<Announcement, "written">): string {
  const { environment, timestamp, ready, doctor, schema_cache: cache, batches_24h: day } = announcement;
  const all = `(${doctor.passed}/${doctor.checks} checks)`;
  const rate = announcement.success_rate_percent;
  const title = ready
    ? "🚀 DRAGONFLY CIVIL - GO-LIVE ANNOUNCEMENT 🚀"
    : "⛔ DRAGONFLY CIVIL - NOT READY TO GO LIVE ⛔";
  const on = environment === "local" ? "" : ` --env ${environment}`;
  const groups = [
    ["", centred(title), ""],
    [
      "",
      `Environment:  ${environment === "prod" ? "PRODUCTION" : environment.toUpperCase()}`,
      `Timestamp:    ${timestamp.slice(0, 16).replace("T", " ")} UTC`,
      "",
    ],
    [
      "SYSTEM HEALTH",
      "",
      `Doctor Checks:     ${
        doctor.red.length === 0 ? `✅ ALL PASSED ${all}` : `❌ ${all}, red: ${doctor.red.join(", ")}`
      }`,
      `PostgREST Cache:   ${cache.fresh ? "✅" : "❌"} ${cache.detail}`,
      "",
    ],
    [
      "BATCH PIPELINE METRICS (Last 24 Hours)",
      "",
      `Total Batches:     ${grouped(day.total)}`,
      `Completed:         ${grouped(day.completed)}`,
      `Failed:            ${grouped(day.failed)}`,
      `Success Rate:      ${rate === null ? "n/a" : `${rate}%`}`,
      "",
    ],
    [
      "NEXT STEPS",
      "",
      `1. Monitor Sentinel:  deno task ops sentinel --json${on}`,
      `2. Check Dashboard:   ${announcement.dashboard_url ?? `deno task ops monitor-ingest --follow${on}`}`,
      `3. Review Logs:       deno task ops logs worker --since 1h${on}`,
      "",
    ],
  ];
  return [
    `╔${"═".repeat(WIDTH)}╗`,
    groups.map((lines) => lines.map(boxed).join("\n")).join(`\n╠${"═".repeat(WIDTH)}╣\n`),
    `╚${"═".repeat(WIDTH)}╝`,
  ].join("\n");
}

function boxed(line: string): string {
  const text = fitted(line, WIDTH - 4);
  return `║  ${text}${" ".repeat(Math.max(0, WIDTH - 2 - columns(text)))}║`;
}

function centred(text: string): string {
  return " ".repeat(Math.floor((WIDTH - 4 - columns(text)) / 2)) + text;
}

/** Columns of a terminal: pictures take two. */
function columns(text: string): number {
  return [...text].reduce((sum, sign) => sum + (/\p{Emoji_Presentation}/u.test(sign) ? 2 : 1), 0);
}
