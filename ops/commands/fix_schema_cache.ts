/** `ops fix-schema-cache`: REST answers PGRST002: diagnose, reload, probe again. Playbook, scenario B. */
import { probeRest } from "../../shared/data/rest_probe.ts";
import { SentinelGateway } from "../../shared/data/sentinel_gateway.ts";
import type { Observation, RestAnswer } from "../../shared/sentinel/check.ts";
import { heal, LAST_RESORT, SCHEMA_CACHE_BROKEN } from "../../shared/sentinel/checks/schema_cache.ts";
import { command, EXIT, type Pen } from "../command.ts";

interface Healing {
  readonly before: RestAnswer;
  /** Null: there was nothing to heal, or nothing this can heal. */
  readonly healing: Observation | null;
}

export const fixSchemaCache = command<Healing>({
  name: "fix-schema-cache",
  effects: "notify pgrst, 'reload schema', only when REST answers PGRST002",
  examples: [
    ["", "when REST answers PGRST002"],
    ["--env prod --yes", "on prod, unasked"],
  ],
  async run({ target, note }, report) {
    const [url, key, sql] = [await target.need("apiUrl"), await target.need("secretKey"), await target.sql()];
    const probe = async () => {
      const answer = await probeRest(url, key, fetch);
      note(`REST: ${wordsOf(answer)}`);
      return answer;
    };
    const before = await probe();
    if (before.outcome === "answers") {
      report({ before, healing: null });
      return EXIT.fine;
    }
    if (before.outcome === "unreachable" || before.code !== SCHEMA_CACHE_BROKEN) {
      report({ before, healing: null });
      return EXIT.failed;
    }
    const database = new SentinelGateway(sql);
    const { scale } = await database.clock();
    const healing = await heal({
      query: (statement) => database.query(statement),
      probeRest: probe,
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds * scale)),
    });
    report({ before, healing });
    return healing.level === "critical" ? EXIT.failed : EXIT.fine;
  },
  show,
});

function wordsOf(answer: RestAnswer): string {
  if (answer.outcome === "answers") return "answers normally";
  return answer.outcome === "refuses"
    ? answer.code ?? `status ${answer.status}`
    : `no answer (${answer.why})`;
}

function show({ before, healing }: Healing, pen: Pen): string {
  if (healing !== null) {
    return healing.level === "critical"
      ? `${pen.bad(healing.message)}\nWhat is left: ${LAST_RESORT}`
      : pen.good(healing.message);
  }
  return before.outcome === "answers" ? pen.good("REST answers normally: nothing to heal.") : pen.bad(
    `REST: ${
      wordsOf(before)
    }. That is not the schema cache: GET /system/readyz shows which part does not answer.`,
  );
}
