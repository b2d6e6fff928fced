/**
 * Notices over the wire, to stand-ins of the four services that refuse what the services document they refuse: address, method,
 * credentials, content type, body. Two of the addresses are fixed, so each host is played on the loopback.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import type * as z from "zod";
import { CHANNELS } from "../../shared/sentinel/notices/notice.ts";
import { workOff } from "../../supabase/functions/outbound/work_off.ts";
import { letTimePass } from "../sql/engine.ts";
import { record } from "../sql/sentinel.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  DiscordMessage,
  PagerdutyEvent,
  SlackMessage,
  TwilioForm,
} from "../unit/sentinel/documented_schemas.ts";
import { Outside, portsFor } from "./outbound.ts";

interface Service {
  readonly path: string;
  readonly contentType: string;
  readonly authorization: string | null;
  readonly message: z.ZodType;
  /** What it answers to a message it takes. */
  readonly taken: () => Response;
}

const JSON_TYPE = "application/json";

/** The services by host, with the addresses and keys of portsFor(). */
const SERVICES: Readonly<Record<string, Service>> = {
  "hooks.slack.test": {
    path: "/services/secret-slack",
    contentType: JSON_TYPE,
    authorization: null,
    message: SlackMessage,
    taken: () => new Response("ok"),
  },
  "discord.test": {
    path: "/api/webhooks/1/secret-discord",
    contentType: JSON_TYPE,
    authorization: null,
    message: DiscordMessage,
    taken: () => new Response(null, { status: 204 }),
  },
  "events.pagerduty.com": {
    path: "/v2/enqueue",
    contentType: JSON_TYPE,
    authorization: null,
    message: PagerdutyEvent,
    taken: () => Response.json({ status: "success", message: "Event processed" }, { status: 202 }),
  },
  "api.twilio.com": {
    path: "/2010-04-01/Accounts/AC0/Messages.json",
    contentType: "application/x-www-form-urlencoded",
    authorization: `Basic ${btoa("AC0:secret-twilio")}`,
    message: TwilioForm,
    taken: () => Response.json({ sid: "SM0", status: "queued" }, { status: 201 }),
  },
};

/** Why a service would refuse a request; null when it takes it. */
function refusal(service: Service, request: Request, text: string): string | null {
  const type = request.headers.get("content-type");
  if (request.method !== "POST") return `method ${request.method}`;
  if (new URL(request.url).pathname !== service.path) return `path ${new URL(request.url).pathname}`;
  if (type !== service.contentType) return `content type ${type}`;
  if (request.headers.get("authorization") !== service.authorization) return "credentials";
  const body = type === JSON_TYPE ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
  const read = service.message.safeParse(body);
  return read.success ? null : read.error.message;
}

/** All four on one port; the host they are asked as travels in a header. */
function standIns() {
  const taken: string[] = [];
  const refused: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const host = request.headers.get("x-host") ?? "";
    const service = SERVICES[host];
    const why = service === undefined ? "no such host" : refusal(service, request, await request.text());
    if (service === undefined || why !== null) {
      refused.push(`${host}: ${why}`);
      return Response.json({ status: "invalid" }, { status: 400 });
    }
    taken.push(host);
    return service.taken();
  });
  const outside = new Outside(({ url, method, headers, body }) => {
    const { host, pathname } = new URL(url);
    return fetch(`http://127.0.0.1:${server.addr.port}${pathname}`, {
      method,
      headers: { ...Object.fromEntries(headers), "x-host": host },
      body,
    });
  });
  return { taken, refused, outside, stop: () => server.shutdown() };
}

async function states(db: TestDatabase): Promise<string[]> {
  const rows = await db.sql`select distinct status from ops.job_queue where job_type = 'notify'`;
  return rows.map((row) => row.status);
}

Deno.test("each service takes what it is sent: a critical finding, its end, and the digest", () =>
  withDatabase(async (db) => {
    const services = standIns();
    try {
      const ports = portsFor(db, services.outside);
      await record(db, [{ check: "stuck_batches", level: "critical" }], CHANNELS);
      await workOff(ports);
      assertEquals([services.refused, services.taken.toSorted()], [[], Object.keys(SERVICES).toSorted()]);
      await record(db, [], CHANNELS);
      await record(db, [{ check: "success_rate", level: "warning" }], CHANNELS);
      await letTimePass(db, 1);
      await db.sql`delete from ops.alert_digests`;
      const tonight = db.sql`date_trunc('day', now(), 'UTC') + interval '23 hours'`;
      await db.sql`select ops.decide_digest(${[...CHANNELS]}::text[], ${tonight})`;
      for (let rounds = 0; rounds < 3; rounds++) await workOff(ports);
      assertEquals(services.refused, []);
      const counted = Object.keys(SERVICES).map((host) =>
        services.taken.filter((one) => one === host).length
      );
      assertEquals(counted, [3, 3, 2, 2], "a digest wakes nobody: Slack and Discord alone get it");
      assertEquals(await states(db), ["completed"]);
    } finally {
      await services.stop();
    }
  }));

Deno.test("a service that refuses a message is not asked again, and the job says so", () =>
  withDatabase(async (db) => {
    const services = standIns();
    try {
      const ports = portsFor(db, services.outside);
      const wrong = { ...ports, channels: { ...ports.channels, pagerduty: "too short a key" } };
      await record(db, [{ check: "stuck_batches", level: "critical" }], ["pagerduty"]);
      await workOff(wrong);
      assertEquals([services.taken, services.refused.length], [[], 1]);
      const [job] = await db.sql`select status, last_error from ops.job_queue where job_type = 'notify'`;
      assertEquals(job, { status: "failed", last_error: "pagerduty answered 400" });
    } finally {
      await services.stop();
    }
  }));
