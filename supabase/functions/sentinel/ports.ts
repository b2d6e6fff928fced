/** What the sentinel's steps are given. Nothing in this folder but app.ts reads the environment. */
import type { OutboundGateway } from "../../../shared/data/outbound_gateway.ts";
import type { SentinelGateway } from "../../../shared/data/sentinel_gateway.ts";
import type { RestAnswer } from "../../../shared/sentinel/check.ts";
import type { Origin } from "../../../shared/sentinel/notices/notice.ts";
import type { ChannelSettings } from "../../../shared/sentinel/notices/render.ts";
import type { Logger } from "../_shared/log.ts";
import type { VendorSettings } from "./vendor_pull.ts";

export interface Ports {
  readonly workerId: string;
  readonly sentinel: SentinelGateway;
  readonly outbound: OutboundGateway;
  readonly probeRest: () => Promise<RestAnswer>;
  readonly channels: ChannelSettings;
  readonly origin: Origin;
  /** Pinged by every run that could run its checks; null when there is nobody to ping. */
  readonly deadmanUrl: string | null;
  readonly directUntil: Date | null;
  readonly vendor: VendorSettings;
  /** Stores a pulled export. @returns false when an object of that path is there already. @throws when refused. */
  readonly storeExport: (
    path: string,
    body: ReadableStream<Uint8Array> | Uint8Array,
  ) => Promise<boolean>;
  readonly fetch: typeof fetch;
  readonly log: Logger;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
}
