/** The parts of the function outbound over a test database, with the outside played by a function. */
import { OutboundGateway } from "../../shared/data/outbound_gateway.ts";
import { createLogger } from "../../supabase/functions/_shared/log.ts";
import type { Ports } from "../../supabase/functions/outbound/ports.ts";
import type { TestDatabase } from "../support/database.ts";

/** A request as the outside saw it. */
export interface Seen {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Plays everything outside: answers each request, and remembers it. */
export class Outside {
  readonly seen: Seen[] = [];
  constructor(public answer: (request: Seen) => Response | Promise<Response>) {}

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const seen = {
      url: request.url,
      method: request.method,
      headers: request.headers,
      body: await request.text(),
    };
    this.seen.push(seen);
    return await this.answer(seen);
  };
}

/** Ports with every channel configured; `over` replaces what a test is about. `lines` gets what is logged. */
export function portsFor(
  db: TestDatabase,
  outside: Outside,
  over: Partial<Ports> = {},
  lines: string[] = [],
): Ports {
  return {
    workerId: "outbound-test",
    outbound: new OutboundGateway(db.sql),
    channels: {
      slack: "https://hooks.slack.test/services/secret-slack",
      discord: "https://discord.test/api/webhooks/1/secret-discord",
      pagerduty: "0123456789abcdef0123456789abcdef",
      twilio: { sid: "AC0", token: "secret-twilio", from: "+15005550006", to: "+15005550010" },
    },
    origin: { environment: "local", dashboardUrl: null },
    vendor: { url: null, key: "", offline: false },
    storeExport: () => Promise.resolve(true),
    fetch: outside.fetch,
    log: createLogger({ functionName: "outbound", level: "debug", write: (line) => lines.push(line) }),
    now: () => new Date(),
    ...over,
  };
}
