/** LISTEN that outlives a restart of Postgres: it comes back by itself, and says so, as notices were missed meanwhile. */
import postgres from "postgres";
import { COME_BACK, type DatabaseAddress } from "./connect.ts";

const RETRY_MS = 100;

export interface Listener {
  stop(): Promise<void>;
}

/**
 * @param heard gets every notice's payload, and null after the connection was lost and is back.
 * @param lost is told when the connection breaks.
 */
export async function listen(
  { port, password }: DatabaseAddress,
  channel: string,
  heard: (payload: string | null) => void,
  lost: () => void = () => {},
): Promise<Listener> {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const options = {
    host: "127.0.0.1",
    port,
    user: "supabase_admin",
    password,
    database: "postgres",
    max: 1,
    ...COME_BACK,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => {},
    connection: { application_name: `stack-listen-${channel}` },
    onnotify: (_channel: string, payload: string) => heard(payload),
    onclose: () => {
      if (stopped) return;
      lost();
      again();
    },
  };
  const sql = postgres(options);
  const subscribe = () => sql.unsafe(`listen "${channel}"`);
  function again(): void {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(async () => {
      timer = undefined;
      try {
        await subscribe();
        heard(null);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        again(); // still away
      }
    }, RETRY_MS);
  }
  await subscribe();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await sql.end({ timeout: 1 });
    },
  };
}
