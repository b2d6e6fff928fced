/**
 * The environment tests get: ours without whatever points at a real project. A shell that is logged in to
 * production must not turn a test run into a change there.
 */

const POINTS_OUTSIDE = [
  /^SUPABASE_(?!CLI$)/, // SUPABASE_CLI names a build of the CLI, no project
  /^DRAGONFLY_/,
  /^DATABASE_URL$/,
  /^ENVIRONMENT$/,
  /^STACK_TIME$/,
  /^PG[A-Z]+$/, // libpq's, which Postgres clients read too
  /^(SLACK|DISCORD|PAGERDUTY|TWILIO|SIMPLICITY)_/,
  /^DENO_(AUTH_TOKENS|V8_FLAGS|JOBS)$/,
];

/** @returns `environment` without the variables no test may see. */
export function shielded(environment: Record<string, string>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) =>
    !POINTS_OUTSIDE.some((rule) => rule.test(name))
  );
  return Object.fromEntries(kept);
}
