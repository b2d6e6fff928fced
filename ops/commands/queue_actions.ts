/** `ops queue pause|resume|reset|redrive`: the brakes of a queue or a job, and the ways back. */
import type { Job } from "../../shared/http/answers/system.ts";
import { CannotRun, command, type Context, EXIT, type Pen } from "../command.ts";
import { findId } from "../ids.ts";
import { operatorName } from "../operator.ts";
import { table } from "../../checkout/table.ts";

const QUEUES: readonly string[] = ["ingest", "undo", "enforcement", "vendor_pull", "notify"];

/** What was done: to a whole queue, or to jobs. */
interface Done {
  readonly action: string;
  readonly queue: string | null;
  readonly jobs: readonly Job[];
}

export const queuePause = brake("pause");
export const queueResume = brake("resume");

function brake(action: "pause" | "resume") {
  return command<Done>({
    name: `queue ${action}`,
    effects: "the brake of a queue, or the status of a job; an audit event",
    words: "<queue|job>",
    wordCount: [1, 1],
    flags: { why: { type: "string", value: "TEXT", help: "the reason, as others will read it" } },
    examples: [
      [`ingest --why "the vendor's files are being mended"`, "a whole queue"],
      ["3f2a1b2c", "the job that begins with these characters"],
    ],
    async run(context, report) {
      const [word = ""] = context.typed.words;
      await context.confirm(`${action} ${word}`);
      const queue = queueOf(word);
      if (queue === null) {
        report(await setJob(context, word, action === "pause" ? "paused" : "pending", action));
      } else {
        const why = context.typed.text("why");
        const body = why === undefined ? {} : { reason: why };
        await context.target.ask(`POST /system/queue/:type/${action}`, { path: { type: queue }, body });
        report({ action, queue, jobs: [] });
      }
      return EXIT.fine;
    },
    show,
  });
}

export const queueReset = command<Done>({
  name: "queue reset",
  effects: "their holders lose the lease; an audit event for each",
  words: "[queue|job]",
  wordCount: [0, 1],
  examples: [
    ["", "make due what has shown no sign of life"],
    ["ingest", "of one queue"],
  ],
  async run(context, report) {
    const [word] = context.typed.words;
    await context.confirm(`Reset ${word ?? "all stuck jobs"}`);
    const queue = word === undefined ? null : queueOf(word);
    if (word !== undefined && queue === null) report(await setJob(context, word, "pending", "reset"));
    else {
      const hands = await context.target.hands();
      report({ action: "reset", queue, jobs: await hands.resetQueue(queue, operatorName()) });
    }
    return EXIT.fine;
  },
  show,
});

export const queueRedrive = command<Done>({
  name: "queue redrive",
  effects: "the jobs, and the next attempt of their batches; an audit event for each",
  words: "<job…|queue>",
  wordCount: [1, 50],
  examples: [
    ["ingest", "give what was given up another try"],
    ["3f2a1b2c", "one job"],
  ],
  async run(context, report) {
    await context.confirm(`Redrive ${context.typed.words.join(", ")}`);
    const jobs = [];
    for (const id of await deadJobs(context)) {
      jobs.push((await context.target.ask("POST /system/jobs/:id/redrive", { path: { id } })).body);
    }
    report({ action: "redrive", queue: null, jobs });
    return EXIT.fine;
  },
  show,
});

async function deadJobs({ typed, target }: Context): Promise<string[]> {
  const hands = await target.hands();
  const ids: string[] = [];
  for (const word of typed.words) {
    const queue = queueOf(word);
    ids.push(...(queue === null ? [await findId(hands, "job", word)] : await hands.deadJobs(queue)));
  }
  return ids;
}

/** Queues are typed with hyphens or underscores. */
function queueOf(word: string): string | null {
  const name = word.replaceAll("-", "_");
  return QUEUES.includes(name) ? name : null;
}

async function setJob({ target }: Context, typed: string, status: string, action: string): Promise<Done> {
  const hands = await target.hands();
  const done = await hands.setJobStatus(await findId(hands, "job", typed), status, operatorName());
  if (done.outcome === "wrong_state") {
    throw new CannotRun(
      `Job ${typed} is ${done.status}: it has ended. A failed one: ops queue redrive ${typed}`,
    );
  }
  return { action, queue: null, jobs: done.job === undefined ? [] : [done.job] };
}

function show({ action, queue, jobs }: Done, _pen: Pen): string {
  if (queue !== null && action !== "reset") return `Queue ${queue}: ${action}d.`;
  const rows = jobs.map((job) => [job.job_id.slice(0, 8), job.job_type, job.status]);
  return table(["job", "queue", "status now"], rows, `Nothing to ${action}.`);
}
