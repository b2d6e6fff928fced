/** Delivers one notice. At least once: a crash between the service's answer and ours sends it again. */
import type { OutboundJob } from "../../../shared/data/outbound_gateway.ts";
import { type Delivery, judgeDelivery } from "../../../shared/sentinel/notices/delivery.ts";
import { Notice, type OutgoingRequest } from "../../../shared/sentinel/notices/notice.ts";
import { renderNotice } from "../../../shared/sentinel/notices/render.ts";
import type { Ports } from "./ports.ts";

const DELIVERY_TIMEOUT_MS = 10_000;

/** Works off a leased notify job. @throws what the database says about its end. */
export async function notify(ports: Ports, job: OutboundJob): Promise<void> {
  const notice = Notice.safeParse(job.payload);
  if (!notice.success) {
    await ports.outbound.fail(job, "invalid payload", null, true);
    return;
  }
  const request = renderNotice(notice.data, ports.channels, ports.origin);
  if (request === null) {
    await ports.outbound.complete(
      job,
      `${notice.data.channel} has no use for it`,
    );
    return;
  }
  const delivery = await send(ports, request);
  ports.log.info("notice", {
    channel: notice.data.channel,
    kind: notice.data.kind,
    outcome: delivery.outcome,
  });
  if (delivery.outcome === "delivered") await ports.outbound.complete(job);
  else {
    const wait = delivery.outcome === "again" ? delivery.waitSeconds : null;
    await ports.outbound.fail(
      job,
      `${notice.data.channel} ${delivery.why}`,
      wait,
      delivery.outcome === "never",
    );
  }
}

async function send(ports: Ports, request: OutgoingRequest): Promise<Delivery> {
  try {
    const response = await ports.fetch(request.url, {
      method: "POST",
      headers: request.headers,
      body: request.body,
      signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
      redirect: "error", // a key must not follow to where somebody points
    });
    await response.body?.cancel();
    return judgeDelivery(
      response.status,
      response.headers.get("retry-after"),
      ports.now(),
    );
  } catch (error) {
    // The text of the error may hold the address, which is a secret.
    return {
      outcome: "again",
      why: `did not answer (${error instanceof Error ? error.name : "unknown"})`,
      waitSeconds: null,
    };
  }
}
