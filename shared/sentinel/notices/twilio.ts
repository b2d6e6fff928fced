/** Twilio's Messages resource: https://www.twilio.com/docs/messaging/api/message-resource */
import { cut, type Notice, type Origin, wordingOf } from "./notice.ts";

/** What Twilio needs to know to send a text message. */
export interface TwilioAccount {
  readonly sid: string;
  readonly token: string;
  readonly from: string;
  readonly to: string;
}

export const TWILIO_ADDRESS = "https://api.twilio.com/2010-04-01/Accounts";

/** Two parts of a concatenated message: enough for a summary, and not a novel. */
const BODY_LIMIT = 306;

/** The form of a message, or null for a digest, which wakes nobody. */
export function twilioForm(notice: Notice, origin: Origin, account: TwilioAccount): URLSearchParams | null {
  if (notice.kind === "digest") return null;
  const { title, lines } = wordingOf(notice, origin);
  return new URLSearchParams({
    To: account.to,
    From: account.from,
    Body: cut(`${title}: ${lines[0] ?? ""}`, BODY_LIMIT),
  });
}
