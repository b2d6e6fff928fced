/** What every stack gives a test, whether it was started for it or was there already. */
import type { Addresses } from "../../checkout/stacks.ts";
import type { Order } from "../../stack/control.ts";

export interface TestStack extends Addresses {
  name: string;
  /** Switches faults, signals isolates, restarts Postgres: see `stack/control.ts`. */
  ask(order: Order): Promise<unknown>;
  stop(): Promise<void>;
}
