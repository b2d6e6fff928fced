/** Checks a file beside the page, so that the page never stands still: our own reader and rules, before a byte is sent. */
import { createSHA256 } from "hash-wasm";
import * as z from "zod";
import { type Forecast, forecast, type Hash } from "../../shared/intake/forecast.ts";
import type { SourceRules } from "../../shared/intake/source_rules.ts";

/** What the page asks. */
export interface CheckRequest {
  readonly file: File;
  readonly rules: SourceRules;
}

/** What it hears. */
export type CheckAnswer =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "done"; readonly forecast: Forecast }
  | { readonly kind: "broken"; readonly why: string };

/** Milliseconds between two words about progress. */
const TELL_EVERY = 80;

const say = (answer: CheckAnswer) => self.postMessage(answer);

function mayCompile(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}

self.addEventListener("message", async (event: MessageEvent<CheckRequest>) => {
  const { file, rules } = event.data;
  if (!mayCompile()) z.config({ jitless: true });
  let told = 0;
  const progress = (share: number) => {
    if (performance.now() - told < TELL_EVERY) return;
    told = performance.now();
    say({ kind: "progress", share });
  };
  try {
    const hash: Hash = (await createSHA256()).init();
    say({ kind: "done", forecast: await forecast(file, { rules, now: new Date(), hash, progress }) });
  } catch (error) {
    say({ kind: "broken", why: error instanceof Error ? error.message : String(error) });
  }
});
