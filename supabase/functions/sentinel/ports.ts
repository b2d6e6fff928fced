/** What the sentinel's steps are given. Nothing in this folder but app.ts reads the environment. */
import type { Proof } from "../../../shared/audit/proof.ts";
import type { SentinelGateway } from "../../../shared/data/sentinel_gateway.ts";
import type { RestAnswer } from "../../../shared/sentinel/check.ts";
import type { Channel } from "../../../shared/sentinel/notices/notice.ts";
import type { Logger } from "../_shared/log.ts";

export interface Ports {
  readonly workerId: string;
  readonly sentinel: SentinelGateway;
  readonly probeRest: () => Promise<RestAnswer>;
  /** Those people are told on. */
  readonly channels: readonly Channel[];
  readonly environment: string;
  /** Pinged by every run that could run its checks; null when there is nobody to ping. */
  readonly deadmanUrl: string | null;
  readonly directUntil: Date | null;
  /** What the audit chain is held against, and its head is signed with; null without a signing key. */
  readonly proof: () => Promise<Proof | null>;
  readonly fetch: typeof fetch;
  readonly log: Logger;
  readonly wait: (milliseconds: number) => Promise<void>;
}
