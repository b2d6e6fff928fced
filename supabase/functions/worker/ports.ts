/** What the worker's steps are given. Nothing in this folder reads the environment or makes a client itself. */
import type { IntakeGateway } from "../../../shared/data/intake_gateway.ts";
import type { ObjectStore } from "../../../shared/data/object_store.ts";
import type { Share } from "../../../shared/jobs/share.ts";
import type { Logger } from "../_shared/log.ts";

/** The outside as one invocation sees it. */
export interface Ports {
  readonly workerId: string;
  readonly gateway: IntakeGateway;
  readonly store: ObjectStore;
  readonly log: Logger;
  /** The current time. */
  readonly now: () => Date;
  /** Calls the worker's own address; resolves when it was heard or surely was not. Never throws. */
  readonly wakeSelf: () => Promise<void>;
  /** Waits, but not longer than until the isolate is told to stop. */
  readonly wait: (ms: number) => Promise<void>;
  /** Whether the platform has announced the end of this isolate: no further unit is begun. */
  readonly isEnding: () => boolean;
  /** Whether that end may come at any moment: work is broken off where it stands. */
  readonly isStopping: () => boolean;
}

/** Ports plus what is particular to one invocation. */
export interface Invocation extends Ports {
  readonly share: Share;
}
