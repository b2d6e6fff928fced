/**
 * `ops verify-business-logic`: Block, Cure, Success over the real endpoints, for a plaintiff and a judgment that came
 * through the real pipeline. Go-live runbook, §3.1. Plaintiff, consents, action and files stay (nobody may remove
 * them), are named dragonfly-proof and counted nowhere; batch and judgment are taken out again.
 */
import { type Check, runChecks, unwell, type Verdict, verdictOf, well } from "../checks/check.ts";
import { showVerdict } from "../checks/show.ts";
import { CannotRun, command, type Context, EXIT } from "../command.ts";
import { pause } from "../follow.ts";
import { Refused } from "../../shared/http/client.ts";
import { CONSENT_TYPES, type ConsentType } from "../../shared/enforcement/actions.ts";
import { hasEnded } from "../../shared/intake/states.ts";
import { ProofGateway } from "../../shared/data/proof_gateway.ts";

const CASES = "DRAGONFLY-PROOF-ENFORCEMENT-";
const FILES = "dragonfly-proof-enforcement-";
const REMEDY = "ops monitor-workers, ops logs enforcement; docs/enforcement.md says what each refusal means.";
const LOOK_EVERY_SECONDS = 0.25;
const PATIENCE_MS = 120_000;

/** Whom it is tried for. */
interface Subject {
  readonly plaintiff: string;
  readonly judgment: number;
}

export const verifyBusinessLogic = command<Verdict>({
  name: "verify-business-logic",
  effects: "keeps a plaintiff named dragonfly-proof with two consents and an action, counted nowhere",
  examples: [
    ["", "on the local stack"],
    ["--env prod --yes", "before the go-live is announced"],
  ],
  async run(context, report) {
    const { target, confirm, stopping } = context;
    await confirm("Enforce a judgment of a plaintiff named dragonfly-proof");
    await tidyUp(context); // what an earlier run left
    const subject = await bring(context);
    const checks = [block(context, subject), cure(context, subject), success(context, subject)];
    const verdict = verdictOf(target.environment, await runChecks(checks, { stopping }));
    await tidyUp(context);
    report(verdict);
    return verdict.passed ? EXIT.fine : EXIT.notFine;
  },
  show: (verdict, pen) =>
    showVerdict(verdict, pen, {
      fine: "ALL BUSINESS INVARIANTS VERIFIED",
      notFine: "NOT FIT FOR ENFORCEMENT: what is red above must not be so",
    }),
});

/** Sends a file with one judgment through the pipeline. @returns who and what came of it. */
async function bring(context: Context): Promise<Subject> {
  const run = crypto.randomUUID().slice(0, 8);
  const name = `dragonfly-proof enforcement ${run}`;
  const text = "case_number,plaintiff_name,defendant_name,amount,judgment_date\n" +
    `${CASES}${run.toUpperCase()},${name},dragonfly-proof defendant,12500.00,2024-01-31\n`;
  const filename = `${FILES}${run}.csv`;
  const body = { file: new Blob([text], { type: "text/csv" }), filename, source: null };
  const { batch_id: id } = (await context.target.call("POST /intake/upload", { body })).body;
  if (id === null) throw new CannotRun(`${filename} is known, and nothing more is told of it`);
  await when(context, `batch ${id} has ended`, async () => {
    const { body: batch } = await context.target.call("GET /intake/batches/:id", { path: { id } });
    return hasEnded(batch.status) ? batch : null;
  });
  const found = (await context.target.call("GET /enforcement/plaintiffs", { query: { q: name } })).body;
  const plaintiff = found.plaintiffs[0]?.plaintiff_id;
  if (plaintiff === undefined) throw new CannotRun(`the pipeline brought no plaintiff called ${name}`);
  const { body: record } = await context.target.call("GET /enforcement/plaintiffs/:id", {
    path: { id: plaintiff },
  });
  const judgment = record.judgments[0]?.judgment_id;
  if (judgment === undefined) throw new CannotRun(`${name} has no judgment`);
  return { plaintiff, judgment };
}

function ask({ target }: Context, { plaintiff, judgment }: Subject) {
  return target.call("POST /enforcement/actions", {
    body: { plaintiff_id: plaintiff, judgment_id: judgment, action_type: "garnishment" },
  });
}

async function openTasks({ target }: Context, { plaintiff }: Subject): Promise<number> {
  const query = { plaintiff_id: plaintiff, status: "open" } as const;
  return (await target.call("GET /enforcement/tasks", { query })).body.total;
}

/** Without consent. */
function block(context: Context, subject: Subject): Check {
  return {
    name: "The Block",
    remedy: REMEDY,
    async look() {
      try {
        await ask(context, subject);
        return unwell("an action was authorised without any consent", REMEDY);
      } catch (error) {
        if (!(error instanceof Refused) || error.problem?.code !== "MISSING_CONSENT") throw error;
      }
      const open = await openTasks(context, subject);
      return open === 1
        ? well("Enforcement blocked and remediation task created")
        : unwell(`Enforcement blocked, and ${open} remediation tasks are open instead of one`, REMEDY);
    },
  };
}

/** With both papers. */
function cure(context: Context, subject: Subject): Check {
  return {
    name: "The Cure",
    remedy: REMEDY,
    async look() {
      let authorized = false;
      for (const type of CONSENT_TYPES) authorized = await register(context, subject, type);
      if (!authorized) {
        return unwell("both consents are registered, and the plaintiff is not authorised", REMEDY);
      }
      const open = await openTasks(context, subject);
      return open === 0
        ? well("Both fee_agreement and loa registered")
        : unwell("both consents are registered, and the remediation task is still open", REMEDY);
    },
  };
}

async function register({ target }: Context, { plaintiff }: Subject, type: ConsentType): Promise<boolean> {
  const file = new Blob([`dragonfly-proof ${type} of ${plaintiff}\n`], { type: "text/plain" });
  const { body } = await target.call("POST /enforcement/consents", {
    body: {
      file,
      filename: `dragonfly-proof-${type}.txt`,
      plaintiff_id: plaintiff,
      consent_type: type,
      version: "dragonfly-proof",
      valid_from: null,
      valid_until: null,
    },
  });
  return body.is_authorized;
}

/** Executed, with its packet. */
function success(context: Context, subject: Subject): Check {
  return {
    name: "The Success",
    remedy: REMEDY,
    async look() {
      const { action_id: id } = (await ask(context, subject)).body;
      const action = await when(context, `action ${id} has ended`, async () => {
        const { body } = await context.target.call("GET /enforcement/actions/:id", { path: { id } });
        return body.status === "authorized" || body.status === "executing" ? null : body;
      });
      if (action.status !== "executed" || action.evidence_file_id === null) {
        return unwell(`the action is ${action.status}: ${action.reason ?? "no reason is told"}`, REMEDY);
      }
      const packet = await context.target.open("GET /enforcement/evidence/:id", {
        path: { id: action.evidence_file_id },
      });
      const beginning = new TextDecoder().decode((await packet.arrayBuffer()).slice(0, 5));
      return beginning === "%PDF-"
        ? well("Enforcement authorized and executed")
        : unwell("the action is executed, and its packet is no PDF", REMEDY);
    },
  };
}

/** Takes out batches and judgments of every run; what proves something stays. */
async function tidyUp({ target }: Context): Promise<void> {
  const { body } = await target.call("GET /intake/batches", { query: { q: FILES, page_size: 200 } });
  for (const { batch_id: id, filename } of body.batches.filter((batch) => batch.filename.startsWith(FILES))) {
    const query = { confirm: filename, storage: "true" } as const;
    await target.call("DELETE /intake/batches/:id", { path: { id }, query });
  }
  await new ProofGateway(await target.sql()).dropJudgments(CASES);
}

async function when<T>(context: Context, what: string, look: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new CannotRun(`nobody has seen within 120 s that ${what}`);
    if (!await pause(LOOK_EVERY_SECONDS, context.stopping)) throw new CannotRun("interrupted");
  }
}
