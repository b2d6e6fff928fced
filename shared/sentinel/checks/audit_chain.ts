/** Whether the record of what happened is whole, and the one that was exported. */
import * as z from "zod";
import { literal } from "../../audit/export_head.ts";
import { HEADS, readHead } from "../../audit/head.ts";
import { beginning, isOurs, type Place, Position, signPosition, type Walk } from "../../audit/position.ts";
import type { Proof } from "../../audit/proof.ts";
import type { Check, CheckPorts, Observation } from "../check.ts";

/** Events in one statement: half a second on two busy cores (10,000 took 0.9 to 1.3 s). */
const SLICE_EVENTS = 5_000;
/** Statements of one walk in one run; with 288 runs a day the whole walk passes 14 million events. */
const SLICES_A_RUN = 10;
const DAY_MS = 86_400_000;
/** When a head should have been exported twice and was not. */
const LATE_MS = 2 * DAY_MS;

const Verdict = z.array(z.object({ ok: z.boolean(), problem: z.string().nullable(), checked: z.number() }));
const Slice = z.tuple([z.object({
  problem: z.string().nullable(),
  checked: z.number(),
  last_no: z.number(),
  last_hash: z.string(),
})]);
const LooseEnds = z.array(z.object({ problem: z.string() }));
const Positions = z.array(Position);
const Hashes = z.array(z.object({ hash: z.string() }));
const Registered = z.tuple([z.object({
  destination: z.string().nullable(),
  seal_no: z.number().nullable(),
  hash: z.string().nullable(),
  exported_at: z.string().nullable(),
  oldest: z.string().nullable(),
})]);

export const auditChain: Check = {
  name: "audit_chain",
  remedy:
    "Touch nothing: keep the database as it is, compare with the heads in the bucket evidence and in the alert channels, " +
    "and find out who wrote. Events unsealed: see whether cron runs audit.seal(). A key that is not ours after the " +
    "signing key was changed: put the old one behind the new one in DRAGONFLY_SIGNING_KEY, separated by a comma.",
  look: async (ports) => {
    const { proof } = ports;
    if (proof === null) return await lookWithoutProof(ports);
    const loose = LooseEnds.parse([
      ...await ports.query("select e.problem from audit.verify_loose_ends() e"),
    ]);
    const exported = await holdAgainstExported(ports, proof);
    const walks = [
      await walk(ports, proof, "newest", exported.trusted),
      await walk(ports, proof, "whole", null),
    ];
    return [...walks.flat(), ...loose.map(({ problem }) => broken(problem)), ...exported.found]
      .filter(firstOfItsSubject);
  },
};

/** An alert has one message: of several about the same thing the first is told. */
function firstOfItsSubject(one: Observation, index: number, all: readonly Observation[]): boolean {
  return all.findIndex((other) => other.subject === one.subject) === index;
}

/** Without keys and files the chain is held against itself alone. */
async function lookWithoutProof(ports: CheckPorts): Promise<Observation[]> {
  const [verdict] = Verdict.parse(
    [
      ...await ports.query(
        "select v.ok, v.problem, v.checked::float8 as checked from audit.verify_chain() v",
      ),
    ],
  );
  return verdict?.ok === true
    ? []
    : [broken(verdict?.problem ?? "no verdict", { checked: verdict?.checked ?? 0 })];
}

function broken(problem: string, details: Readonly<Record<string, unknown>> = {}): Observation {
  return { level: "critical", message: `Audit chain does not verify: ${problem}`, details };
}

interface Held {
  readonly found: readonly Observation[];
  /** A place whose hash the newest exported head vouches for. */
  readonly trusted: { readonly seal_no: number; readonly hash: string } | null;
}

/** The chain against the newest file outside, and that file against the register. */
async function holdAgainstExported(ports: CheckPorts, proof: Proof): Promise<Held> {
  const [row] = Registered.parse([
    ...await ports.query(`
      select x.destination, x.seal_no::float8 as seal_no, x.hash, x.exported_at::text as exported_at,
             (select e.ts::text from audit.event_log e where e.seal_no = 1) as oldest
        from (select 1) one
        left join (select * from audit.exported_heads h order by h.exported_at desc limit 1) x on true`),
  ]);
  const path = await proof.heads.newest();
  const registered = row.destination?.replace(`${HEADS.bucket}/`, "") ?? null;
  if (path === null && registered === null) {
    const isLate = row.oldest !== null && Date.parse(row.oldest) < ports.now.getTime() - LATE_MS;
    return nothing(
      isLate
        ? [exportedHead("critical", `No exported head is left, and events were sealed since ${row.oldest}`)]
        : [],
    );
  }
  if (path === null || registered !== null && path < registered) {
    return nothing([
      exportedHead(
        "critical",
        `The head of event ${row.seal_no} that was exported at ${row.exported_at} is gone from ${row.destination}`,
      ),
    ]);
  }
  const text = await proof.heads.read(path);
  const read = text === null
    ? { believed: false as const, why: "is gone" }
    : await readHead(text, proof.keys);
  if (!read.believed) return nothing([exportedHead("critical", `The exported head ${path} ${read.why}`)]);
  const { seal_no, hash, exported_at } = read.head;
  const [event] = Hashes.parse([...await ports.query(hashAt(seal_no))]);
  if (event?.hash !== hash) {
    const now = event === undefined ? "is gone" : "has another hash";
    return nothing([
      exportedHead(
        "critical",
        `The audit chain is not the one that was exported: event ${seal_no} of the head of ${exported_at} ${now}`,
      ),
    ]);
  }
  const found: Observation[] = [];
  if (path === registered && (row.seal_no !== seal_no || row.hash !== hash)) {
    found.push(
      exportedHead("critical", `The register of exported heads says something else of ${path} than its file`),
    );
  }
  if (Date.parse(exported_at) < ports.now.getTime() - LATE_MS) {
    found.push(exportedHead("warning", `No head of the audit chain was exported since ${exported_at}`));
  }
  return { found, trusted: { seal_no, hash } };
}

function nothing(found: readonly Observation[]): Held {
  return { found, trusted: null };
}

function exportedHead(level: "critical" | "warning", message: string): Observation {
  return { level, subject: "exported_head", message };
}

function hashAt(sealNo: number): string {
  return `select e.hash from audit.event_log e where e.seal_no = ${sealNo}`;
}

/** Goes on from where the last run stood, if that is believed; keeps where it stands now. */
async function walk(
  ports: CheckPorts,
  proof: Proof,
  name: Walk,
  trusted: Held["trusted"],
): Promise<Observation[]> {
  const [kept] = Positions.parse([
    ...await ports.query(`
      select p.walk, p.seal_no::float8 as seal_no, p.hash, p.key_id, p.signature,
             ${asSigned("p.started_at")} as started_at, ${asSigned("p.whole_at")} as whole_at
        from audit.chain_positions p where p.walk = ${literal(name)}`),
  ]);
  const found: Observation[] = [];
  let place: Place = { ...beginning(name, ports.now), ...trusted };
  if (kept !== undefined) {
    if (await isOurs(kept, proof.keys)) place = kept;
    else {
      found.push({
        level: "warning",
        subject: "position",
        message:
          `The position kept of the ${name} walk along the audit chain was not signed by us; it was begun anew`,
      });
    }
  }
  if (name === "whole" && isOver(place)) {
    if (Date.parse(place.started_at) > ports.now.getTime() - DAY_MS) return found;
    place = beginning(name, ports.now, place.whole_at);
  }
  if (place.seal_no > 0) {
    const [event] = Hashes.parse([...await ports.query(hashAt(place.seal_no))]);
    if (event?.hash !== place.hash) {
      const now = event === undefined ? "is gone" : "has another hash";
      return [broken(`event ${place.seal_no}, which was verified before, ${now}`), ...found];
    }
  }
  for (let slices = 0; slices < SLICES_A_RUN; slices++) {
    const [slice] = Slice.parse([
      ...await ports.query(`
        select s.problem, s.checked::float8 as checked, s.last_no::float8 as last_no, s.last_hash
          from audit.verify_slice(${place.seal_no}, ${literal(place.hash)}, ${SLICE_EVENTS}) s`),
    ]);
    if (slice.problem !== null) return [broken(slice.problem), ...found];
    place = { ...place, seal_no: slice.last_no, hash: slice.last_hash };
    if (slice.checked < SLICE_EVENTS) {
      if (name === "whole") place = { ...place, whole_at: ports.now.toISOString() };
      break;
    }
  }
  const position = await signPosition(place, proof.signing);
  await ports.query(`select audit.keep_position(${literal(JSON.stringify(position))})`);
  return found;
}

/** Whether a whole walk has come to the end it began for. */
function isOver({ started_at, whole_at }: Place): boolean {
  return whole_at !== null && Date.parse(whole_at) >= Date.parse(started_at);
}

/** A time as `toISOString()` wrote it, to the millisecond: what was signed. */
function asSigned(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
