/** What happens in one run, and when. Times are in seconds of the stack's clock: at a tenth of time, 60 are 6. */
import { type ChaosFile, makeFile } from "./files.ts";
import { Chance } from "./random.ts";

/** One thing that is done to a running system. */
export type Act =
  | { readonly do: "drop"; readonly file: string; readonly path: string }
  | { readonly do: "kill" | "stop"; readonly of: Hand; readonly count: number }
  /** A notice for each mark is queued, to be told in the chat. */
  | { readonly do: "notice"; readonly marks: readonly string[] }
  /** The vendor's export, of this version from now on, is to be fetched. */
  | { readonly do: "pull"; readonly file: string; readonly version: string }
  | { readonly do: "outside"; readonly refusals: number }
  | { readonly do: "continue" }
  | { readonly do: "crash_postgres"; readonly pause: number }
  | { readonly do: "wakes"; readonly lose: number; readonly double: number; readonly delay: number }
  | { readonly do: "net"; readonly stopped: boolean }
  | { readonly do: "rest"; readonly out: boolean }
  | { readonly do: "cut"; readonly afterBytes: number; readonly times: number }
  | { readonly do: "queue"; readonly paused: boolean }
  | { readonly do: "reset" | "fail" | "delete" | "undo" | "pending" | "pause_job"; readonly path: string };

/** A function whose isolates work off jobs. */
export type Hand = "worker" | "outbound";

export interface Step {
  readonly at: number;
  readonly act: Act;
}

/** A fault a schedule is about. `calm` has none. */
export const KINDS = [
  "kill",
  "stop",
  "crash_postgres",
  "wakes",
  "net",
  "rest",
  "cut",
  "queue",
  "reset",
  "fail",
  "delete",
  "undo",
  "pending",
  "pause_job",
  "kill_outbound",
  "stop_outbound",
  "outside",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Schedule {
  readonly seed: number;
  readonly files: readonly ChaosFile[];
  readonly steps: readonly Step[];
}

const LEASE = 60; // seconds of the stack's clock
const UNDO_AFTER = 20;

/** What a schedule is bent to; everything by chance when absent. */
export interface Bent {
  /** Faults to choose among. */
  readonly focus?: readonly Kind[];
  /** How many. */
  readonly faults?: number;
  /** How many files, and how many rows each has. */
  readonly files?: number;
  readonly rows?: number;
  /** Seconds of the stack's clock in which faults begin. */
  readonly within?: number;
  /** Whether the vendor has an export. */
  readonly pulls?: boolean;
}

/** The run of a seed. */
export function schedule(
  seed: number,
  { focus = [], faults, files: wantedFiles, rows, within = 35, pulls }: Bent = {},
): Schedule {
  const chance = new Chance(seed);
  const prefix = `CH${seed}`;
  const files: ChaosFile[] = [];
  const steps: Step[] = [];
  const paths: string[] = [];
  const faultKinds = chooseKinds(chance, focus.length > 0 ? focus : KINDS, faults);
  // Who owns a shared case number after an undo depends on the moment, which no oracle can know.
  const alone = faultKinds.includes("undo");
  const count = wantedFiles ?? chance.whole(1, 3);
  for (let i = 0; i < count; i++) {
    const shape = {
      rows: rows ?? chance.pick([1, 40, 400, 1200, 3000]),
      bad: chance.pick([0, 0.01, 0.05, 0.25]),
      repeated: chance.pick([0, 0.02]),
      shared: alone ? 0 : chance.pick([0, 0.1]),
    };
    const file = makeFile(chance, `f${i}.csv`, `${prefix}-${i}`, `${prefix}-P`, shape);
    files.push(file);
    const twice = !alone && chance.hit(0.25);
    for (const twin of twice ? ["a", "b"] : ["a"]) {
      const path = `simplicity/chaos-${seed}/${twin}-${file.name}`;
      steps.push({ at: chance.next() * (twice ? 1 : 10), act: { do: "drop", file: file.name, path } });
      paths.push(path);
    }
  }
  if (pulls ?? chance.hit(0.3)) {
    const file = makeFile(chance, "export.csv", `${prefix}-E`, `${prefix}-P`, {
      rows: chance.pick([40, 400]),
      bad: 0,
      repeated: 0,
      shared: alone ? 0 : chance.pick([0, 0.1]),
    });
    files.push(file);
    const act: Act = { do: "pull", file: file.name, version: `${seed}` };
    // The second time there is nothing new to fetch.
    for (let asked = 0; asked < 2; asked++) steps.push({ at: 1 + chance.next() * within, act });
  }
  let told = 0;
  const notices = (at: number): Step => {
    const marks = Array.from({ length: chance.whole(1, 3) }, () => `${prefix}-N${told++}`);
    return { at, act: { do: "notice", marks } };
  };
  if (chance.hit(0.3)) steps.push(notices(1 + chance.next() * within));
  for (const kind of faultKinds) {
    const at = 2 + chance.next() * within; // from before the first claim to after most have ended
    if (isOfOutbound(kind)) steps.push(notices(at - chance.next() * 10)); // or there would be nobody to hit
    steps.push(...fault(chance, kind, at, paths));
  }
  return { seed, files, steps: steps.toSorted((a, b) => a.at - b.at) };
}

function isOfOutbound(kind: Kind): boolean {
  return kind === "kill_outbound" || kind === "stop_outbound" || kind === "outside";
}

function handOf(kind: Kind): Hand {
  return isOfOutbound(kind) ? "outbound" : "worker";
}

function chooseKinds(chance: Chance, among: readonly Kind[], faults: number | undefined): Kind[] {
  return Array.from({ length: faults ?? chance.whole(1, 6) }, () => chance.pick(among));
}

/** A fault and, where it lasts, its end. */
function fault(chance: Chance, kind: Kind, at: number, paths: readonly string[]): Step[] {
  const lasting = (
    begin: Act,
    end: Act,
    seconds: number,
  ) => [{ at, act: begin }, { at: at + seconds, act: end }];
  switch (kind) {
    case "kill":
    case "kill_outbound":
      return [{ at, act: { do: "kill", of: handOf(kind), count: chance.whole(1, 2) } }];
    case "stop":
    case "stop_outbound": {
      const stop: Act = { do: "stop", of: handOf(kind), count: chance.whole(1, 2) };
      return lasting(stop, { do: "continue" }, LEASE * 1.5);
    }
    case "outside":
      return [{ at, act: { do: "outside", refusals: chance.whole(1, 2) } }];
    case "crash_postgres":
      return [{ at, act: { do: "crash_postgres", pause: chance.pick([0, 0, 10]) } }];
    case "wakes": {
      const off: Act = { do: "wakes", lose: 0, double: 0, delay: 0 };
      const on: Act = {
        do: "wakes",
        lose: chance.pick([0, 0.5, 1]),
        double: chance.pick([0, 1]),
        delay: chance.pick([0, 20]),
      };
      return lasting(on, off, 40);
    }
    case "net":
      return lasting({ do: "net", stopped: true }, { do: "net", stopped: false }, chance.whole(10, 60));
    case "rest":
      return lasting({ do: "rest", out: true }, { do: "rest", out: false }, chance.whole(2, 30));
    case "cut":
      return [{ at, act: { do: "cut", afterBytes: chance.whole(0, 12_000), times: chance.whole(1, 2) } }];
    case "queue":
      return lasting({ do: "queue", paused: true }, { do: "queue", paused: false }, chance.whole(5, 40));
    case "undo": // later than most have ended; what breaks it off begins at any time
      return [{ at: at + UNDO_AFTER, act: { do: "undo", path: chance.pick(paths) } }];
    case "pause_job": {
      const path = chance.pick(paths);
      return lasting({ do: "pause_job", path }, { do: "pending", path }, chance.whole(5, 30));
    }
    default:
      return [{ at, act: { do: kind, path: chance.pick(paths) } }];
  }
}
