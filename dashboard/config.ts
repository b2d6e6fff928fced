/** Where this dashboard's project is reached: `config.json` beside the page, read once when it opens. */

/** Read by hand, as it is needed before anything is there that reads schemas. */
export interface Config {
  /** `https://<ref>.supabase.co`, without a slash at the end. */
  readonly api_url: string;
  /** Supabase's publishable key. A secret key does not belong here, and is refused. */
  readonly publishable_key: string;
}

/** @throws with words for whoever set the page up. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("./config.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`There is no config.json beside this page (${response.status}).`);
  const read: unknown = await response.json().catch(() => null);
  if (typeof read !== "object" || read === null) throw wrong("it is no JSON object");
  const { api_url, publishable_key }: { readonly api_url?: unknown; readonly publishable_key?: unknown } =
    read;
  if (typeof api_url !== "string" || !URL.canParse(api_url)) throw wrong("api_url is no address");
  if (typeof publishable_key !== "string" || publishable_key === "") {
    throw wrong("publishable_key is missing");
  }
  if (publishable_key.startsWith("sb_secret_")) throw wrong("publishable_key is a secret key");
  return { api_url: api_url.replace(/\/+$/, ""), publishable_key };
}

function wrong(what: string): Error {
  return new Error(`config.json is not as it must be: ${what}.`);
}
