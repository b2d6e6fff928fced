/** What proof stands on outside the database: keys that it does not have, and files that it does not serve. */
import type { PublicKey, SigningKey } from "./signing.ts";

/** Files of exported heads, by path in their bucket. All methods throw when Storage does not answer. */
export interface HeadFiles {
  /** The path that comes last by name; null when there is none. */
  newest(): Promise<string | null>;
  /** A file's text; null when there is no such file. */
  read(path: string): Promise<string | null>;
  store(path: string, text: string): Promise<void>;
}

export interface Proof {
  readonly signing: SigningKey;
  /** The signing key's public half, and those of keys that signed before. */
  readonly keys: readonly PublicKey[];
  readonly heads: HeadFiles;
  /** The address of the Supabase project, which a head names. */
  readonly project: string;
}
