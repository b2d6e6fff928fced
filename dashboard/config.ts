/** Where this dashboard's project is reached: `config.json` beside the page, read once when it opens. */
import * as z from "zod";

const Config = z.object({
  /** `https://<ref>.supabase.co`, without a slash at the end. */
  api_url: z.url().transform((url) => url.replace(/\/+$/, "")),
  /** Supabase's publishable key. A secret key does not belong here, and is refused. */
  publishable_key: z.string().min(1).refine((key) => !key.startsWith("sb_secret_"), "is a secret key"),
});
export type Config = z.infer<typeof Config>;

/** @throws with words for whoever set the page up. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("./config.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`There is no config.json beside this page (${response.status}).`);
  const read = Config.safeParse(await response.json().catch(() => null));
  if (read.success) return read.data;
  throw new Error(`config.json is not as it must be. ${z.prettifyError(read.error)}`);
}
