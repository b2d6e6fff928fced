/** `ops golden-path`: database, schema, views, API, and one file's life from its upload to its deletion. */
import { ROOT } from "../../checkout/root.ts";
import { unwell, well, wellUnless } from "../checks/check.ts";
import { showRow } from "../checks/show.ts";
import { shortId } from "../batches/words.ts";
import { command, type Context, type Pen } from "../command.ts";
import { readMigrations } from "../migrations/files.ts";
import { compareMigrations, readApplied } from "../migrations/status.ts";
import { type IntakeProof, PATIENCE } from "../proofs/intake_proof.ts";
import { GOOD_ROWS } from "../proofs/proof_files.ts";
import { runProof, type TimedVerdict } from "../proofs/run_proof.ts";
import { STUCK } from "../proofs/three_proofs.ts";
import { CRITICAL_VIEWS, lookAtView, MISSING_VIEW } from "../proofs/views.ts";

const RULE = "=".repeat(60);
const DATABASE_AWAY = "see which road to the database is open: ops fix-pooler-connection";

export const goldenPath = command<TimedVerdict>({
  name: "golden-path",
  effects:
    "a batch called dragonfly-proof…, its judgments and plaintiff, all taken out again; audit events stay",
  flags: {
    cleanup: { type: "boolean", help: "take out all that proofs left; done in any case" },
    ...PATIENCE,
  },
  examples: [
    ["--cleanup", "before a go-live, on the local stack"],
    ["--env prod --cleanup --yes", "the same on prod, unasked"],
  ],
  run: (context, report) =>
    runProof(context, report, "Send a proof file through the pipeline", (proof) => [
      { name: "Database connection established", remedy: DATABASE_AWAY, look: () => database(proof) },
      {
        name: "Schema version verified",
        remedy: "ops migration-status shows what differs",
        look: () => schema(context),
      },
      { name: "Critical views accessible", remedy: MISSING_VIEW, look: () => views(proof) },
      {
        name: "API health endpoint responding",
        remedy: "see which function is silent: ops logs system; deploy it again: ops deploy",
        look: () => api(context),
      },
      { name: "Test entity lifecycle (create → read → delete)", remedy: STUCK, look: () => lifecycle(proof) },
      { name: "Cleanup complete", remedy: "the next proof tries again", look: () => cleanup(proof) },
    ]),
  show,
});

async function database(proof: IntakeProof) {
  const start = performance.now();
  const version = await (await proof.gateway()).version();
  return well(`Postgres ${version} answers in ${Math.round(performance.now() - start)} ms`);
}

async function schema({ target }: Context) {
  const lines = compareMigrations(await readMigrations(ROOT), await readApplied(await target.sql()));
  const drift = lines.filter(({ state }) => state !== "applied");
  return wellUnless(
    drift.map(({ version, name, state }) => `${version}_${name} is ${state}`),
    `${lines.length} migrations, up to ${lines.at(-1)?.version ?? "none"}`,
    "apply what is missing with ops db-push; ops migration-status tells what each state means",
  );
}

async function views(proof: IntakeProof) {
  const gateway = await proof.gateway();
  const wrong: string[] = [];
  for (const view of CRITICAL_VIEWS) {
    const seen = await lookAtView(gateway, view);
    if (!seen.passed) wrong.push(seen.evidence);
  }
  return wellUnless(wrong, `${CRITICAL_VIEWS.length} of ${CRITICAL_VIEWS.length}`, MISSING_VIEW);
}

async function api({ target }: Context) {
  const health = await target.ask("GET /system/health");
  const ready = await target.ask("GET /system/readyz");
  const wrong = ready.body.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  return wellUnless(
    wrong,
    `version ${health.body.version}; ready: ${ready.body.checks.map(({ name }) => name).join(", ")}`,
    "the functions answer, and what they stand on does not: ops doctor",
  );
}

/** What came in by the door is read where people read it, and is gone when it was taken out. */
async function lifecycle(proof: IntakeProof) {
  const { batchId } = await proof.good();
  const batch = await proof.ended(batchId);
  const gateway = await proof.gateway();
  const read = await gateway.storedOf(batchId);
  if (batch.status !== "completed" || read.length !== GOOD_ROWS) {
    return unwell(
      `batch ${shortId(batchId)} is ${batch.status}, ${read.length} of ${GOOD_ROWS} judgments can be read` +
        (batch.rejection_reason === null ? "" : `: ${batch.rejection_reason}`),
      `see why: ops errors ${shortId(batchId)}; ops logs worker`,
    );
  }
  const foreign = read.filter((one) => one.amount !== "1234.50" || one.plaintiff_id === null);
  if (foreign.length > 0) {
    return unwell(
      `${foreign.length} judgments are not what was sent`,
      "do not go live: ops migration-status tells whether the schema is the repository's",
    );
  }
  await proof.undone(batchId);
  await proof.deleted(batch);
  const [rest, gone] = [await gateway.storedOf(batchId), await proof.isGone(batchId)];
  return rest.length === 0 && gone
    ? well(`batch ${shortId(batchId)}: ${GOOD_ROWS} judgments inserted, read, undone; the batch deleted`)
    : unwell(
      `${rest.length} judgments and ${gone ? "no" : "the"} batch are still there`,
      `ops undo ${shortId(batchId)} --why "proof", then delete it (DELETE /intake/batches/:id)`,
    );
}

async function cleanup(proof: IntakeProof) {
  await proof.tidyUp();
  const left = Object.entries(await proof.traces()).filter(([, count]) => count > 0);
  return wellUnless(
    left.map(([what, count]) => `${count} ${what} called dragonfly-proof… are left`),
    "no batch, object, judgment or plaintiff called dragonfly-proof… is left",
    "run it again; what stays then: ops batches --search dragonfly-proof",
  );
}

function show({ environment, checks, passed }: TimedVerdict, pen: Pen): string {
  const red = checks.filter((row) => !row.passed).length;
  return [
    RULE,
    pen.bold("GOLDEN PATH TEST SUITE"),
    `Environment: ${environment.toUpperCase()}`,
    RULE,
    ...checks.map((row) => showRow(row, pen)),
    "",
    passed
      ? pen.good("🎉 GOLDEN PATH: ALL CHECKS PASSED")
      : pen.bad(`GOLDEN PATH: ${red} OF ${checks.length} FAILED`),
    RULE,
  ].join("\n");
}
