/** A made-up project's environment in production: the platform's names and the project's own, and no others. */
import { randomLetters } from "../../checkout/letters.ts";
import { randomSigningKey } from "../../checkout/signing_key.ts";

/** Ref of the project that exists nowhere. */
export const REHEARSAL_REF = "rehearsalrehearsalxx";

/** What the platform injects into every function. */
export function platformEnvironment(): Record<string, string> {
  return {
    SUPABASE_URL: `https://${REHEARSAL_REF}.supabase.co`,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: `sb_publishable_${randomLetters(22)}` }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: `sb_secret_${randomLetters(22)}` }),
    SUPABASE_DB_URL: `postgresql://postgres:${
      randomLetters(16)
    }@db.${REHEARSAL_REF}.supabase.co:5432/postgres`,
    SUPABASE_JWKS: JSON.stringify({ keys: [] }),
    SB_REGION: "us-east-1",
    SB_EXECUTION_ID: crypto.randomUUID(),
    DENO_DEPLOYMENT_ID: `${REHEARSAL_REF}_rehearsal_1`,
  };
}

/** The least that must be set as secrets. */
export function requiredSecrets(): Record<string, string> {
  return {
    ENVIRONMENT: "prod",
    DATABASE_URL: `postgresql://postgres.${REHEARSAL_REF}:${
      randomLetters(16)
    }@aws-0-us-east-1.pooler.supabase.com:6543/postgres?sslmode=require`,
    DRAGONFLY_API_KEY: randomLetters(32),
    DRAGONFLY_WAKE_TOKEN: randomLetters(32),
    DRAGONFLY_SIGNING_KEY: randomSigningKey(),
    DRAGONFLY_CORS_ORIGINS: "https://dashboard.example.org",
  };
}
