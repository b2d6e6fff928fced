/** Connections to Postgres itself, for the few who must see it without REST in between. */
import postgres from "postgres";

export type Database = postgres.Sql;

/**
 * Opens a small pool on demand; nothing connects before the first query. Without prepared statements, because
 * the transaction pooler changes the session between transactions.
 *
 * @param dsn transaction pooler in production.
 * @param functionName shown as `application_name`, `dragonfly-<function>`.
 */
export function connectDatabase(dsn: string, functionName: string): Database {
  return postgres(dsn, {
    prepare: false,
    max: 2,
    connect_timeout: 5, // seconds
    idle_timeout: 20, // seconds: an idle isolate holds no connection
    connection: { application_name: `dragonfly-${functionName}` },
    onnotice: () => {}, // notices are for psql, not for logs
  });
}
