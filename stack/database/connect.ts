/** Connections of the stack itself to its database. */
import postgres from "postgres";

export type Sql = postgres.Sql;

export interface DatabaseAddress {
  port: number;
  password: string;
}

/**
 * How a client comes back to a Postgres that was away. The library's own waits grow to 20 s, and it gives a connection
 * 30 s to come about: the platform's REST, Storage and pg_net are back as soon as Postgres is.
 */
export const COME_BACK = { backoff: () => 0.1, connect_timeout: 5 }; // seconds

/**
 * Opens a pool as `user`. Every role of a stack that may log in has the stack's one password.
 * @param max how many connections at most.
 * @param closed is told of each connection that ends, for whatever reason.
 */
export function connect(
  { port, password }: DatabaseAddress,
  user: string,
  applicationName: string,
  max = 1,
  settings: Record<string, string | number> = {},
  closed: () => void = () => {},
): Sql {
  return postgres({
    host: "127.0.0.1",
    port,
    user,
    password,
    database: "postgres",
    max,
    ...COME_BACK,
    onnotice: () => {}, // notices are for whoever runs the SQL by hand
    onclose: closed,
    connection: { application_name: applicationName, ...settings },
  });
}
