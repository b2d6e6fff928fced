/** The intake station's state machine: what follows what, and what changes nothing. */
import { assertEquals } from "deno-std/assert/equals.js";
import {
  IDLE,
  isBusy,
  next,
  type Station,
  type StationEvent,
  wouldLose,
} from "../../../dashboard/intake/station.ts";
import { FORECAST, KNOWN, makeBatch } from "./records.ts";

const FILE = { filename: "march.csv", size: 1000 };

function after(...events: StationEvent[]): Station {
  return events.reduce(next, IDLE);
}

const CHECKED: StationEvent = { what: "checked", forecast: FORECAST, known: null };
const CHOSEN: StationEvent = { what: "chosen", file: FILE };
const SENDING: StationEvent = { what: "sending", again: false };
const SENT: StationEvent[] = [CHOSEN, CHECKED, SENDING, { what: "arrived", batchId: "b1" }];
const seen = (part: Parameters<typeof makeBatch>[0]): StationEvent => ({
  what: "seen",
  batch: makeBatch(part),
});

Deno.test("a good file goes from idle over checking, uploading and processing to success", () => {
  const states: Station["at"][] = [];
  const last = [...SENT, seen({ status: "validating" }), seen({ status: "completed" })]
    .reduce((station, event) => {
      states.push(station.at);
      return next(station, event);
    }, IDLE);
  assertEquals(states, ["idle", "checking", "checked", "uploading", "processing", "processing"]);
  assertEquals(last.at, "success");
});

Deno.test("rejects and unread lines make it partial, a refusal failed, a question waiting", () => {
  assertEquals(after(...SENT, seen({ status: "completed", row_count_invalid: 1 })).at, "partial");
  assertEquals(after(...SENT, seen({ status: "completed", row_count_unread: 1 })).at, "partial");
  assertEquals(after(...SENT, seen({ status: "failed" })).at, "failed");
  assertEquals(after(...SENT, seen({ status: "skipped" })).at, "failed");
  const waiting = after(...SENT, seen({ status: "awaiting_approval" }));
  assertEquals(waiting.at, "waiting");
  assertEquals(next(waiting, seen({ status: "inserting" })).at, "processing");
});

Deno.test("known bytes ask first, and can be sent all the same", () => {
  const duplicate = after(CHOSEN, { what: "checked", forecast: FORECAST, known: KNOWN });
  assertEquals(duplicate.at, "duplicate");
  assertEquals(next(duplicate, SENDING).at, "uploading");
});

Deno.test("nothing is sent before it was checked, and another batch's news change nothing", () => {
  assertEquals(after(CHOSEN, SENDING).at, "checking");
  assertEquals(after(SENDING), IDLE);
  assertEquals(after({ what: "arrived", batchId: "b1" }), IDLE);
  const processing = after(...SENT);
  assertEquals(next(processing, seen({ batch_id: "other", status: "completed" })), processing);
});

Deno.test("progress never goes back, nor beyond the file", () => {
  const checking = after(CHOSEN, { what: "checking", share: 0.6 }, { what: "checking", share: 0.4 });
  assertEquals(checking, { at: "checking", file: FILE, share: 0.6 });
  const sending = after(CHOSEN, CHECKED, SENDING, { what: "sent", bytes: 1200 }, {
    what: "sent",
    bytes: 10,
  });
  assertEquals(sending.at === "uploading" && sending.sent, 1000);
});

Deno.test("a second file waits while one is checked or sent, and replaces a result", () => {
  const other: StationEvent = { what: "chosen", file: { filename: "other.csv", size: 1 } };
  for (const busy of [after(CHOSEN), after(CHOSEN, CHECKED, SENDING)]) {
    assertEquals(next(busy, other), busy);
  }
  assertEquals(next(after(...SENT, seen({ status: "completed" })), other).at, "checking");
});

Deno.test("what breaks off says why, and does not take a result away", () => {
  const stopped: StationEvent = { what: "stopped", why: "No answer.", isSure: false };
  assertEquals(after(CHOSEN, stopped), {
    at: "stopped",
    filename: "march.csv",
    why: "No answer.",
    isSure: false,
  });
  const done = after(...SENT, seen({ status: "completed" }));
  assertEquals(next(done, stopped), done);
  assertEquals(next(IDLE, stopped), IDLE);
});

Deno.test("what gets no answer while it is sent is kept, sent again as it was, and can be given up", () => {
  const again: StationEvent = { what: "sending", again: true };
  const away = after(CHOSEN, CHECKED, again, { what: "sent", bytes: 400 }, { what: "lost" });
  assertEquals([away.at, wouldLose(away), isBusy(away)], ["away", true, true]);
  assertEquals(away.at === "away" && away.again, true);
  const sending = next(away, again);
  assertEquals(sending.at === "uploading" && sending.sent, 0);
  assertEquals(next(sending, { what: "arrived", batchId: "b1" }).at, "processing");
  assertEquals(next(away, { what: "stopped", why: "You have cancelled it.", isSure: false }).at, "stopped");
  assertEquals(after(CHOSEN, { what: "lost" }).at, "checking", "nothing was sent yet");
});

Deno.test("after a reload it goes on with the batch, and only an upload would be lost by leaving", () => {
  const resumed = after({ what: "resumed", batchId: "b1", filename: "march.csv" });
  assertEquals([resumed.at, wouldLose(resumed)], ["processing", false]);
  assertEquals(next(resumed, seen({ status: "completed" })).at, "success");
  assertEquals(wouldLose(after(CHOSEN, CHECKED, SENDING)), true);
  assertEquals(next(resumed, { what: "cleared" }), IDLE);
});
