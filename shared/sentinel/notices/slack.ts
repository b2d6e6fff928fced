/** Slack incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
import { cut, type Notice, type Origin, wordingOf } from "./notice.ts";

/** Limits of Block Kit, in characters. */
const HEADER_LIMIT = 150;
const SECTION_LIMIT = 3000;

/** The body of a message: `text` for notifications, blocks for the eye. */
export function slackMessage(notice: Notice, origin: Origin) {
  const { title, lines } = wordingOf(notice, origin);
  const link = origin.dashboardUrl === null ? [] : [{
    type: "context",
    elements: [{ type: "mrkdwn", text: `<${origin.dashboardUrl}|Dashboard>` }],
  }];
  return {
    text: escaped(`${title}: ${lines[0] ?? ""}`),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(title, HEADER_LIMIT) } },
      { type: "section", text: { type: "mrkdwn", text: cut(escaped(lines.join("\n")), SECTION_LIMIT) } },
      ...link,
    ],
  };
}

/** The three characters Slack reads as its own; escaped, nothing can address a channel or a person. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
