/** One stack, any number of runs on it: schedule, deeds, rest, verdict. */
import postgres from "postgres";
import { startStack, type TestStack } from "../support/stack.ts";
import { observe } from "./observer.ts";
import { endOfPath, judge, type Violation } from "./oracle.ts";
import { openOutside, type Outside } from "./outside.ts";
import { connected, type Done, perform } from "./perform.ts";
import { apply, type Sabotage } from "./sabotage.ts";
import type { Schedule } from "./schedule.ts";
import { settleDown, takeSnapshot } from "./snapshot.ts";

/** Seconds of the stack's clock a run may take to come to rest after its last fault: four back-offs and a sweep. */
const REST_SECONDS = 900;

export interface Verdict {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly log: readonly Done[];
  readonly rows: number;
  readonly seconds: number;
}

export interface Arena {
  readonly stack: TestStack;
  run(plan: Schedule): Promise<Verdict>;
  /** Copies what the stack and its functions logged to a folder of its own, and says where. */
  keepLogs(): Promise<string>;
  /** Times a holder that had lost its lease was refused, over all runs. */
  lateRefused(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a stack whose clock runs `1 / scale` times as fast, observed, and sabotaged where asked. */
export async function openArena(scale: number, sabotage?: Sabotage): Promise<Arena> {
  const outside = openOutside();
  const stack = await startStack({ time: scale, env: { ...outside.env } });
  const stop = async () => {
    await stack.stop();
    await outside.stop();
  };
  try {
    await prepare(stack, sabotage);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stack,
    run: async (plan) => {
      try {
        return await runOne(stack, outside, plan, scale);
      } catch (error) {
        throw new Error(
          `seed ${plan.seed} could not be run; the stack said last:\n${await lastWords(stack.name)}`,
          {
            cause: error,
          },
        );
      }
    },
    keepLogs: () => keepLogs(stack),
    lateRefused: () => countLines(stack.name, '"lease_lost"'),
    stop,
  };
}

async function prepare(stack: TestStack, sabotage: Sabotage | undefined): Promise<void> {
  const url = new URL(stack.db_url);
  url.username = "supabase_admin";
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  await observe(admin);
  if (sabotage !== undefined) await apply(admin, sabotage);
  await admin.end({ timeout: 1 });
  await stack.ask({ do: "restart_postgres", mode: "fast" }); // open connections keep old settings
}

async function runOne(
  stack: TestStack,
  outside: Outside,
  plan: Schedule,
  scale: number,
): Promise<Verdict> {
  const began = performance.now();
  const log = await perform(stack, outside, plan, scale);
  const url = new URL(stack.db_url);
  url.username = "supabase_admin";
  const admin = await connected(url.href);
  try {
    const left = await settleDown(admin, Math.max(20_000, REST_SECONDS * 1000 * scale));
    const marks = [
      `chaos-${plan.seed}/`,
      ...log.flatMap(({ act }) => act.do === "pull" ? [endOfPath(act.version)] : []),
    ];
    const seen = await takeSnapshot(admin, marks, `CH${plan.seed}`, left, outside.delivered);
    return {
      seed: plan.seed,
      violations: await judge(plan.files, log, seen),
      log,
      rows: plan.files.reduce((sum, file) => sum + file.rows.length, 0),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await admin.end({ timeout: 1 });
  }
}

async function keepLogs(stack: TestStack): Promise<string> {
  const home = new URL(`../../.stack/${stack.name}/`, import.meta.url).pathname;
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-chaos-" });
  for (
    const file of [
      "stack.log",
      "invocations.jsonl",
      "logs/worker.log",
      "logs/outbound.log",
      "logs/postgres.log",
    ]
  ) {
    await Deno.copyFile(`${home}${file}`, `${folder}/${file.replace("logs/", "")}`);
  }
  await Deno.writeTextFile(
    `${folder}/isolates.json`,
    JSON.stringify(await stack.ask({ do: "isolates" }), null, 1),
  );
  return folder;
}

async function lastWords(stackName: string): Promise<string> {
  const path = new URL(`../../.stack/${stackName}/stack.log`, import.meta.url);
  return (await Deno.readTextFile(path)).split("\n").slice(-40).join("\n");
}

async function countLines(stackName: string, word: string): Promise<number> {
  const path = new URL(`../../.stack/${stackName}/logs/worker.log`, import.meta.url);
  return (await Deno.readTextFile(path)).split("\n").filter((line) => line.includes(word)).length;
}
