/** Block, Cure, Success over HTTP, and how each act on consents, actions and plaintiffs is answered and refused. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { asOperator, call, intakeStack, signIn } from "./intake_stack.ts";
import { Action, PlaintiffPage, PlaintiffRecord, TaskPage } from "../../shared/http/answers/enforcement.ts";
import { check } from "../../docs/verify.mjs";
import { ops } from "../support/ops.ts";
import { until } from "../support/until.ts";

const shared = intakeStack();
const PDF = new TextEncoder().encode("%PDF-1.7\nsigned\n");

interface Party {
  id: string;
  name: string;
  judgment: number;
}

async function addParty(name = "Acme"): Promise<Party> {
  const mark = crypto.randomUUID().slice(0, 8);
  const [plaintiff] = await shared().sql`
    insert into public.plaintiffs (name, firm_name) values (${`${name} ${mark}`}, 'Firm LLP') returning id, name`;
  const [judgment] = await shared().sql`
    insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, plaintiff_id)
    values (${`H-${mark.toUpperCase()}-1`}, ${plaintiff?.name}, 'Jane Roe', 12000, current_date - 400, ${plaintiff?.id})
    returning id`;
  return { id: plaintiff?.id, name: plaintiff?.name, judgment: Number(judgment?.id) };
}

function post(
  path: string,
  body: unknown,
  headers = asOperator(shared(), { "content-type": "application/json" }),
) {
  return call(shared(), `enforcement/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}
const get = (path: string, headers = asOperator(shared())) =>
  call(shared(), `enforcement/${path}`, { headers });

function ask({ id, judgment }: Party, action_type = "garnishment") {
  return post("actions", { plaintiff_id: id, judgment_id: judgment, action_type });
}

function consent(plaintiff: string, parts: Record<string, string>) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ plaintiff_id: plaintiff, version: "1", ...parts })) {
    body.append(name, value);
  }
  body.append("file", new Blob([PDF], { type: "application/pdf" }), "signed.pdf");
  return call(shared(), "enforcement/consents", { method: "POST", headers: asOperator(shared()), body });
}

Deno.test("Block, Cure, Success: 409 with a task; two consents; 202, executed by the worker with its packet", async () => {
  const party = await addParty();
  const blocked = await ask(party);
  assertEquals(
    [
      blocked.status,
      blocked.body.code,
      blocked.body.action_status,
      blocked.body.reason,
      blocked.body.required,
    ],
    [409, "MISSING_CONSENT", "blocked", "missing_consent", ["fee_agreement", "loa"]],
  );
  assertEquals(blocked.body.missing, ["fee_agreement", "loa"]);
  const tasks = await get(`tasks?plaintiff_id=${party.id}`);
  assertEquals(
    TaskPage.parse(tasks.body).tasks.map((task) => [task.task_id, task.title, task.status, task.priority]),
    [
      [blocked.body.remediation_task_id, "Missing LOA/Fee Agreement", "open", "high"],
    ],
  );
  const first = await consent(party.id, { consent_type: "fee_agreement" });
  const second = await consent(party.id, { consent_type: "loa", valid_until: "2099-12-31" });
  assertEquals([first.status, first.body.is_authorized, second.status, second.body.is_authorized], [
    201,
    false,
    201,
    true,
  ]);
  assertEquals((await get(`tasks?plaintiff_id=${party.id}&status=open`)).body.total, 0);
  const asked = await ask(party);
  assertEquals([asked.status, asked.body.status], [202, "authorized"]);
  const action = await until("the action is executed", async () => {
    const found = Action.parse((await get(`actions/${asked.body.action_id}`)).body);
    return found.status === "executed" ? found : null;
  });
  const link = await get(`evidence/${action.evidence_file_id}`);
  const packet = await fetch(link.headers.get("location") ?? "");
  assertEquals(new TextDecoder().decode((await packet.arrayBuffer()).slice(0, 5)), "%PDF-");
  const certificate = await fetch(
    `${shared().stack.api_url}/functions/v1/enforcement/actions/${action.action_id}/certificate`,
    { headers: asOperator(shared()) },
  );
  const bytes = new Uint8Array(await certificate.arrayBuffer());
  const said: string[] = [];
  assert(check(bytes, null, (line: string) => said.push(line)), said.join("\n"));
  for (const told of ["action.executed", String(action.evidence_file_id), "Packet's SHA-256"]) {
    assert(new TextDecoder().decode(bytes).includes(told), told);
  }
  const record = PlaintiffRecord.parse((await get(`plaintiffs/${party.id}`)).body);
  assertEquals([
    record.judgments[0]?.enforcement_stage,
    record.is_authorized,
    record.consents.length,
    record.actions.length,
  ], [
    "paperwork_filed",
    true,
    2,
    2,
  ]);
});

Deno.test("POST /enforcement/run is done at once for a key, and tells what was done", async () => {
  const { status, body } = await post("run", {});
  assertEquals([status, Object.keys(body).sort()], [200, ["claimed", "completed", "failed", "handed_over"]]);
});

Deno.test("a revoked consent blocks what is asked next; what has ended is not ended again", async () => {
  const party = await addParty();
  await consent(party.id, { consent_type: "fee_agreement" });
  const { body: { consent_id } } = await consent(party.id, { consent_type: "loa", version: "10" });
  const revoked = await post(`consents/${consent_id}/revoke`, { reason: "told us so" });
  assertEquals([revoked.status, revoked.body.status, revoked.body.is_authorized], [200, "revoked", false]);
  const again = await post(`consents/${consent_id}/revoke`, { reason: "told us so" });
  assertEquals([again.status, again.body.code, again.body.allowed_from], [409, "WRONG_STATE", ["active"]]);
  assertEquals((await ask(party)).body.missing, ["loa"]);
  assertEquals((await post(`consents/${crypto.randomUUID()}/revoke`, { reason: "x" })).status, 404);
});

Deno.test("an action is refused for what is not there, not theirs or not known", async () => {
  const [party, other] = [await addParty(), await addParty("Other")];
  const answers = [
    await ask({ ...party, id: crypto.randomUUID() }),
    await ask({ ...party, judgment: 999_999_999 }),
    await ask({ ...party, judgment: other.judgment }),
    await ask(party, "arson"),
    await post("actions", { plaintiff_id: "no id", judgment_id: 1, action_type: "levy" }),
  ];
  assertEquals(answers.map(({ status, body }) => [status, body.field ?? null]), [
    [404, "plaintiff_id"],
    [404, "judgment_id"],
    [422, "judgment_id"],
    [422, "action_type"],
    [422, "plaintiff_id"],
  ]);
});

Deno.test("an equal open action is answered 200; a cancelled one is final", async () => {
  const party = await addParty();
  for (const consent_type of ["fee_agreement", "loa"]) await consent(party.id, { consent_type });
  await shared().sql`select ops.set_queue_paused('enforcement', true, 'test', 'ops:test', null)`;
  try {
    const first = await ask(party);
    const second = await ask(party);
    assertEquals([second.status, second.body.action_id], [200, first.body.action_id]);
    const cancelled = await post(`actions/${first.body.action_id}/cancel`, {});
    assertEquals([cancelled.status, cancelled.body.status], [200, "cancelled"]);
    assertEquals((await post(`actions/${first.body.action_id}/cancel`, {})).body.code, "WRONG_STATE");
    assertEquals((await ask(party)).status, 202);
  } finally {
    await shared().sql`select ops.set_queue_paused('enforcement', false, null, 'ops:test', null)`;
  }
});

Deno.test("a consent is refused without its file, its plaintiff or a time that can be", async () => {
  const { id } = await addParty();
  const refusals: readonly [Record<string, string>, number, string | undefined][] = [
    [{ consent_type: "blood oath" }, 422, "consent_type"],
    [{ consent_type: "loa", version: " " }, 422, "version"],
    [{ consent_type: "loa", valid_until: "31.12.2027" }, 422, "valid_until"],
    [{ consent_type: "loa", valid_until: "2020-01-01" }, 422, "valid_until"],
    [{ consent_type: "loa", valid_from: "2027-02-01", valid_until: "2027-01-31" }, 422, "valid_until"],
    [{ consent_type: "loa", plaintiff_id: crypto.randomUUID() }, 404, undefined],
  ];
  for (const [parts, status, field] of refusals) {
    const { plaintiff_id = id, ...rest } = parts;
    const answer = await consent(plaintiff_id, rest);
    assertEquals([answer.status, answer.body.field], [status, field], JSON.stringify(parts));
  }
  const [kept] = await shared().sql`select count(*) as n from evidence.files where entity_id = ${id}`;
  assertEquals(Number(kept?.n), 0, "nothing is kept of what was refused");
});

Deno.test("two plaintiffs are merged and taken apart over HTTP", async () => {
  const [one, other] = [await addParty(), await addParty()];
  const merged = await post(`plaintiffs/${one.id}/merge`, { into: other.id, reason: "same firm" });
  assertEquals([merged.status, merged.body.merged_into], [200, other.id]);
  const record = PlaintiffRecord.parse((await get(`plaintiffs/${other.id}`)).body);
  assertEquals([record.merged.map((row) => row.plaintiff_id), record.case_count], [[one.id], 2]);
  assertEquals(
    (await post(`plaintiffs/${other.id}/merge`, { into: one.id, reason: "x" })).body.code,
    "CONFLICT",
  );
  const apart = await post(`plaintiffs/${one.id}/take-apart`, { reason: "two firms" });
  assertEquals([apart.status, apart.body.merged_into], [200, null]);
  assertEquals((await post(`plaintiffs/${one.id}/take-apart`, { reason: "x" })).body.code, "CONFLICT");
});

Deno.test("a viewer sees no name in any list or record of enforcement, and changes nothing", async () => {
  const party = await addParty("Łęcka");
  await ask(party);
  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  for (const path of [`plaintiffs/${party.id}`, "plaintiffs?page_size=200", "actions", "tasks"]) {
    const { status, text } = await get(path, viewer);
    assertEquals(status, 200, path);
    for (const name of [party.name, "Firm LLP", "Jane Roe"]) {
      assert(!text.includes(name), `${path} tells ${name}`);
    }
    assert((await get(path)).status === 200);
  }
  assertEquals((await get("plaintiffs?q=acme", viewer)).status, 403);
  const found = await get(`plaintiffs?q=${encodeURIComponent(party.name)}`);
  const page = PlaintiffPage.parse(found.body);
  assertEquals([page.total, page.plaintiffs[0]?.name], [1, party.name]);
  const refused = await post("actions", {}, { ...viewer, "content-type": "application/json" });
  assertEquals(refused.status, 403);
});

/** What counts judgments, plaintiffs and actions for people. */
async function counted() {
  const [row] = await shared().sql`
    select (select count(*) from public.v_judgment_pipeline) as judgments,
           (select count(*) from public.v_plaintiffs_overview) as plaintiffs,
           (select (enforcement.list_actions(null, null, null) ->> 'total')) as actions,
           (select count(*) from intake.simplicity_batches) as batches`;
  return { ...row };
}

Deno.test("verify-business-logic proves Block, Cure, Success line by line, and is counted nowhere", async () => {
  const before = await counted();
  await shared().sql`select ops.set_queue_paused('ingest', false, null, 'ops:test', null)`;
  try {
    const { code, out, err } = await ops(shared().stack.name, ["verify-business-logic"]);
    assertEquals([code, err.includes("Error")], [0, false], out + err);
    for (
      const line of [
        "The Block: Enforcement blocked and remediation task created",
        "The Cure: Both fee_agreement and loa registered",
        "The Success: Enforcement authorized and executed",
        "ALL BUSINESS INVARIANTS VERIFIED",
      ]
    ) assert(out.includes(line), `${line} is not in ${out}`);
  } finally {
    await shared().sql`select ops.set_queue_paused('ingest', true, 'tests', 'ops:test', null)`;
  }
  assertEquals(await counted(), before);
});

Deno.test("verify-business-logic is red when somebody without consent is taken for authorised", async () => {
  const { sql } = shared();
  const [made] = await sql`select pg_get_functiondef('legal.is_authorized(uuid)'::regprocedure) as text`;
  await sql`select ops.set_queue_paused('ingest', false, null, 'ops:test', null)`;
  await sql.unsafe(`
    create or replace function legal.is_authorized(plaintiff_id uuid) returns boolean language sql stable set search_path = ''
    as 'select true'`);
  try {
    const { code, out } = await ops(shared().stack.name, ["verify-business-logic"]);
    assertEquals(code, 1, out);
    assert(/❌ .*The Block/.test(out), out);
  } finally {
    await sql.unsafe(String(made?.text));
    await sql`select ops.set_queue_paused('ingest', true, 'tests', 'ops:test', null)`;
  }
});
