/** From a notice to the one request that delivers it. Pure: addresses and keys are handed in. */
import { discordMessage } from "./discord.ts";
import {
  type Channel,
  CHANNELS,
  jsonRequest,
  type Notice,
  type Origin,
  type OutgoingRequest,
} from "./notice.ts";
import { PAGERDUTY_ADDRESS, PAGERDUTY_CHANGES, pagerdutyChange, pagerdutyEvent } from "./pagerduty.ts";
import { slackMessage } from "./slack.ts";
import { TWILIO_ADDRESS, type TwilioAccount, twilioForm } from "./twilio.ts";

/** How each channel is reached; absent: it is not configured. */
export interface ChannelSettings {
  readonly slack?: string;
  readonly discord?: string;
  readonly pagerduty?: string;
  readonly twilio?: TwilioAccount;
}

/** The channels that are configured, in a fixed order. */
export function configuredChannels(settings: ChannelSettings): Channel[] {
  return CHANNELS.filter((channel) => settings[channel] !== undefined);
}

/** @returns the request, or null when the channel is not configured (any more) or has no use for this notice. */
export function renderNotice(
  notice: Notice,
  settings: ChannelSettings,
  origin: Origin,
): OutgoingRequest | null {
  const { slack, discord, pagerduty, twilio } = settings;
  switch (notice.channel) {
    case "slack":
      return slack === undefined ? null : jsonRequest(slack, slackMessage(notice, origin));
    case "discord":
      return discord === undefined ? null : jsonRequest(discord, discordMessage(notice, origin));
    case "pagerduty": {
      const change = pagerduty === undefined ? null : pagerdutyChange(notice, origin, pagerduty);
      if (change !== null) return jsonRequest(PAGERDUTY_CHANGES, change);
      const event = pagerduty === undefined ? null : pagerdutyEvent(notice, origin, pagerduty);
      return event === null ? null : jsonRequest(PAGERDUTY_ADDRESS, event);
    }
    case "twilio": {
      const form = twilio === undefined ? null : twilioForm(notice, origin, twilio);
      return twilio === undefined || form === null ? null : twilioRequest(form, twilio);
    }
  }
}

function twilioRequest(form: URLSearchParams, account: TwilioAccount): OutgoingRequest {
  return {
    url: `${TWILIO_ADDRESS}/${encodeURIComponent(account.sid)}/Messages.json`,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "authorization": `Basic ${btoa(`${account.sid}:${account.token}`)}`,
    },
    body: form.toString(),
  };
}
