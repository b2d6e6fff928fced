/** How checks ask: the sentinel's own checks as rows, and several looks as one. */
import { SentinelGateway } from "../../shared/data/sentinel_gateway.ts";
import type { Check as SentinelCheck, CheckPorts } from "../../shared/sentinel/check.ts";
import type { Level } from "../../shared/sentinel/finding.ts";
import { probeRest } from "../../shared/data/rest_probe.ts";
import type { Target } from "../target.ts";
import { isWarning, type Seen, unwell, warned, well } from "./check.ts";

/** What the sentinel's checks may touch from an operator's machine: everything but the functions' keys. */
async function portsOf(target: Target): Promise<CheckPorts> {
  const database = new SentinelGateway(await target.sql());
  const { now, scale } = await database.clock();
  const [url, key] = [await target.need("apiUrl"), (await target.addresses()).secretKey];
  return {
    query: (statement) => database.query(statement),
    probeRest: () => probeRest(url, key ?? "", fetch),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds * scale)),
    now,
    directUntil: null,
    proof: null, // the function has the keys
  };
}

/**
 * One of the sentinel's checks as a row, with its words and its cure. Nothing is stored and nobody is told.
 *
 * @param fine what was looked at, when nothing was found.
 * @param red the level from which on it is not well; below it is a warning, and a remark is well.
 */
export async function lookAs(
  target: Target,
  check: SentinelCheck,
  fine: string,
  red: Exclude<Level, "info"> = "critical",
): Promise<Seen> {
  const found = await check.look(await portsOf(target));
  const words = found.map(({ message }) => message).join("\n");
  const isRed = found.some(({ level }) => level === "critical" || level === red);
  if (isRed) return unwell(words, check.remedy);
  return found.some(({ level }) => level === "warning") ? warned(words, check.remedy) : well(words || fine);
}

/** Several looks as one: well when all are; else what is red, or worth a warning, is told, and the rest is not. */
export function together(seen: readonly Seen[]): Seen {
  const red = seen.filter(({ passed }) => !passed);
  const yellow = seen.filter((one) => isWarning({ name: "", ...one }));
  const told = red.length > 0 ? red : yellow;
  if (told.length === 0) return well(seen.map(({ evidence }) => evidence).join("; "));
  const remedies = [...new Set(told.flatMap(({ remedy }) => remedy === null ? [] : [remedy]))].join("\n");
  const evidence = told.map((one) => one.evidence).join("\n");
  return red.length > 0 ? unwell(evidence, remedies) : warned(evidence, remedies);
}

/** Milliseconds a look took, and what it gave. */
export async function timed<T>(look: () => Promise<T>): Promise<readonly [T, number]> {
  const began = performance.now();
  return [await look(), Math.round(performance.now() - began)];
}
