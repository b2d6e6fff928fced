/**
 * `deno task chaos`: seeded random schedules of faults over a running stack, judged by an oracle of its own. A failing
 * run is repeated with `--runs 1 --seed S`. Exit 0 clean (with --sabotage: caught) · 1 not · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { type Arena, openArena, type Verdict } from "./run.ts";
import { type Sabotage, SABOTAGES } from "./sabotage.ts";
import { type Kind, KINDS, schedule } from "./schedule.ts";

const USAGE = `deno task chaos [flags]

  --runs 10        how many schedules
  --seed 1         the first one's seed; the others follow
  --full           at real length: leases of 60 s, stops of 90 s
  --time 0.1       the stack's clock, when not --full
  --only kill,…    faults to choose among: ${KINDS.join(", ")}
  --sabotage NAME  take a guard out and see an invariant go red: ${Object.keys(SABOTAGES).join(", ")}
  --json           one JSON object on stdout`;

interface Wanted {
  readonly runs: number;
  readonly seed: number;
  readonly time: number;
  readonly only: readonly Kind[];
  readonly sabotage: Sabotage | undefined;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      runs: { type: "string", default: "10" },
      seed: { type: "string", default: "1" },
      time: { type: "string", default: "0.1" },
      full: { type: "boolean", default: false },
      only: { type: "string" },
      sabotage: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const runs = Number(values.runs);
  const seed = Number(values.seed);
  const time = values.full ? 1 : Number(values.time);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`Cannot do --runs ${values.runs}`);
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`Cannot begin with --seed ${values.seed}`);
  if (!(time > 0 && time <= 1)) throw new Error(`Cannot run at --time ${values.time}: above 0, at most 1`);
  if (values.sabotage !== undefined && SABOTAGES[values.sabotage] === undefined) {
    throw new Error(`Cannot sabotage ${values.sabotage}: there are ${Object.keys(SABOTAGES).join(", ")}`);
  }
  const only = (values.only ?? "").split(",").filter((name) => name !== "").map((name) => {
    const kind = KINDS.find((one) => one === name);
    if (kind === undefined) throw new Error(`Cannot choose among ${name}: faults are ${KINDS.join(", ")}`);
    return kind;
  });
  return { runs, seed, time, only, sabotage: SABOTAGES[values.sabotage ?? ""], json: values.json };
}

async function main(wanted: Wanted): Promise<boolean> {
  const say = wanted.json ? console.error : console.log;
  const verdicts: Verdict[] = [];
  let arena: Arena | undefined;
  let refused = 0;
  const close = async () => {
    refused += await arena?.lateRefused() ?? 0;
    await arena?.stop();
    arena = undefined;
  };
  try {
    for (let seed = wanted.seed; seed < wanted.seed + wanted.runs; seed++) {
      arena ??= await openArena(wanted.time, wanted.sabotage);
      const plan = schedule(seed, wanted.sabotage ?? { focus: wanted.only });
      const verdict = await arena.run(plan);
      verdicts.push(verdict);
      for (const line of describe(verdict)) say(line);
      if (verdict.violations.length > 0) {
        if (wanted.sabotage !== undefined) break;
        say(`  logs are kept in ${await arena.keepLogs()}`);
        await close(); // what a failed run left would be held against the next
      }
    }
  } finally {
    await close();
  }
  const failed = verdicts.filter((verdict) => verdict.violations.length > 0);
  const clean = failed.length === 0;
  if (wanted.sabotage !== undefined) {
    const red = [...new Set(failed.flatMap((one) => one.violations.map(({ invariant }) => invariant)))];
    say(
      `${wanted.sabotage.what}: ${
        clean ? "NOT CAUGHT" : `caught by ${red.join(", ")}`
      } after ${verdicts.length} runs`,
    );
  } else {
    const faults = verdicts.reduce(
      (sum, one) => sum + one.log.filter(({ act }) => act.do !== "drop").length,
      0,
    );
    const rows = verdicts.reduce((sum, one) => sum + one.rows, 0);
    say(
      `${verdicts.length} runs, seeds ${wanted.seed} to ${
        wanted.seed + verdicts.length - 1
      }, ${faults} acts of chaos, ` +
        `${rows} rows, ${refused} late holders refused; ${failed.length} failed` +
        (clean ? "" : `: ${failed.map((one) => one.seed).join(", ")}`),
    );
  }
  if (wanted.json) console.log(JSON.stringify({ runs: verdicts.length, refused, failed, verdicts }));
  return wanted.sabotage === undefined ? clean : !clean;
}

function describe(verdict: Verdict): string[] {
  const acts = verdict.log.filter(({ act }) => act.do !== "drop").map(({ act }) => act.do);
  const head = `seed ${verdict.seed}: ${verdict.violations.length === 0 ? "ok" : "FAILED"} ` +
    `(${verdict.rows} rows, ${verdict.seconds.toFixed(1)} s) ${acts.join(" ")}`;
  if (verdict.violations.length === 0) return [head];
  return [
    head,
    ...verdict.log.map(({ at, act, applied }) =>
      `    ${at.toFixed(1)} ${JSON.stringify(act)}${applied ? "" : " (nothing to do)"}`
    ),
    ...verdict.violations.slice(0, 20).map(({ invariant, found }) => `  ${invariant}: ${found}`),
    ...(verdict.violations.length > 20 ? [`  and ${verdict.violations.length - 20} more`] : []),
  ];
}

let wanted: Wanted;
try {
  wanted = readArguments(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  Deno.exit(2);
}
Deno.exit(await main(wanted) ? 0 : 1);
