/** The project behind a target: what a deploy needs to know of it, or why it may not begin. */
import { givenOf } from "../environment/given.ts";
import { CannotRun } from "../refusals.ts";
import { secretsOf, verifyEnvironment } from "../environment/verify.ts";
import type { Target } from "../target.ts";
import { projectOfUrl } from "../../shared/environment/rules.ts";
import type { Project } from "./deploy.ts";

/** @throws CannotRun when the environment is not whole, or is no hosted project's. */
export async function projectOf(target: Target): Promise<Project> {
  if (target.environment === "local") {
    throw new CannotRun(
      "A local stack takes the working tree as it is. Name a project: --env dev or --env prod.",
    );
  }
  const given = await givenOf(target);
  const wrong = verifyEnvironment(target.environment, given, new Date()).filter(({ level }) =>
    level === "error"
  );
  if (wrong.length > 0) {
    const words = wrong.map(({ name, message }) => `${name} ${message}`).join("; ");
    throw new CannotRun(`The environment of ${target.environment} is not whole: ${words}.`);
  }
  const apiUrl = await target.need("apiUrl");
  const ref = projectOfUrl(apiUrl);
  if (ref === null) {
    throw new CannotRun("SUPABASE_URL is no project's: https://<ref>.supabase.co is expected.");
  }
  return {
    ref,
    apiUrl,
    wakeToken: await target.need("wakeToken"),
    secrets: secretsOf(given),
    migrationUrl: migrationUrl(await target.need("databaseUrl")),
    sql: await target.sql(),
  };
}

/**
 * The session pooler beside the transaction pooler: migrations take locks and settings that must outlive a
 * transaction.
 * @param databaseUrl DATABASE_URL; only its port changes.
 */
export function migrationUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (url.port === "6543") url.port = "5432";
  return url.href;
}
