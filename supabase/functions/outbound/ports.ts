/** What the steps of outbound jobs are given. Nothing in this folder but app.ts reads the environment. */
import type { OutboundGateway } from "../../../shared/data/outbound_gateway.ts";
import type { Origin } from "../../../shared/sentinel/notices/notice.ts";
import type { ChannelSettings } from "../../../shared/sentinel/notices/render.ts";
import type { Logger } from "../_shared/log.ts";

/** Where the vendor is reached; `url` null: nowhere. */
export interface VendorSettings {
  readonly url: string | null;
  readonly key: string;
  /** SIMPLICITY_OFFLINE_MODE: no call is made. */
  readonly offline: boolean;
}

export interface Ports {
  readonly workerId: string;
  readonly outbound: OutboundGateway;
  readonly channels: ChannelSettings;
  readonly origin: Origin;
  readonly vendor: VendorSettings;
  /** Stores a pulled export. @returns false when an object of that path is there already. @throws when refused. */
  readonly storeExport: (
    path: string,
    body: ReadableStream<Uint8Array> | Uint8Array,
  ) => Promise<boolean>;
  readonly fetch: typeof fetch;
  readonly log: Logger;
  readonly now: () => Date;
}
