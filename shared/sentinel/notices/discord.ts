/** Discord webhooks: https://discord.com/developers/docs/resources/webhook#execute-webhook */
import { cut, type Notice, type Origin, wordingOf } from "./notice.ts";

/** Limits of an embed, in characters. */
const TITLE_LIMIT = 256;
const DESCRIPTION_LIMIT = 4096;

const COLOURS = { critical: 0xd92d20, warning: 0xf79009, info: 0x2e90fa, resolved: 0x12b76a } as const;

/** The body of a message: one embed, and no mention of anybody whatever the text holds. */
export function discordMessage(notice: Notice, origin: Origin) {
  const { title, lines } = wordingOf(notice, origin);
  const seen = !("alert" in notice) ? {} : { timestamp: new Date(notice.alert.last_seen).toISOString() };
  return {
    embeds: [{
      title: cut(title, TITLE_LIMIT),
      description: cut(lines.join("\n"), DESCRIPTION_LIMIT),
      color: colourOf(notice),
      ...(origin.dashboardUrl === null ? {} : { url: origin.dashboardUrl }),
      ...seen,
    }],
    allowed_mentions: { parse: [] },
  };
}

function colourOf(notice: Notice): number {
  if (!("alert" in notice)) return COLOURS.info;
  return notice.kind === "resolved" ? COLOURS.resolved : COLOURS[notice.alert.level];
}
