/** One running stack: brings its parts up in order, keeps them, takes them down. */
import { randomLetters } from "../checkout/letters.ts";
import type { State } from "../checkout/stacks.ts";
import { freePort } from "../checkout/free_port.ts";
import { type Control, startControl } from "./control.ts";
import { type Dashboard, serveBuilt, serveLive } from "./dashboard/server.ts";
import { type Door, openDoor } from "./door.ts";
import { databaseUrl, type Frame, makeFrame, type StackOptions } from "./frame.ts";
import { removeIfThere, writeState } from "./home.ts";
import { birthOf } from "./processes.ts";
import { openSide, type Side } from "./side.ts";

export interface Stack {
  readonly state: State;
  reloadFunctions(): Promise<void>;
  /** Ends every part and removes the stack's folders. */
  stop(): Promise<void>;
}

/** Brings a stack up; its folder must not exist. @throws after taking down what was up already. */
export async function bringUp(options: StackOptions): Promise<Stack> {
  const began = performance.now();
  const supervisor = new Supervisor(await makeFrame(options));
  await supervisor.start();
  const state = await supervisor.describe(performance.now() - began);
  await writeState(state);
  return { state, reloadFunctions: () => supervisor.reloadFunctions(), stop: () => supervisor.stop() };
}

class Supervisor {
  readonly #frame: Frame;
  readonly #door: Door;
  readonly #control: Control;
  #side: Side | undefined;
  #dashboard: Dashboard | null = null;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#door = openDoor();
    this.#control = startControl(randomLetters(32), {
      faults: frame.faults,
      door: this.#door,
      reset: () => this.#reset(),
      reloadFunctions: () => this.reloadFunctions(),
      functions: () => this.#side?.functions,
      database: () => this.#side?.server,
    });
  }

  /** @throws after closing door and control: who reads the logs still finds the folders. */
  async start(): Promise<void> {
    try {
      this.#dashboard = await this.#serveDashboard();
      await this.#open();
    } catch (error) {
      await this.#control.stop();
      await this.#dashboard?.stop();
      await this.#door.close();
      throw error;
    }
  }

  async reloadFunctions(): Promise<void> {
    await this.#side?.functions.reload();
  }

  async stop(): Promise<void> {
    const { home, dataHome } = this.#frame;
    await this.#control.stop();
    await this.#dashboard?.stop();
    await this.#side?.close();
    await this.#door.close();
    if (dataHome !== home) await removeIfThere(dataHome);
    await removeIfThere(home);
  }

  /** What others need to find and reach this stack. @param readyMs how long it took to come up. */
  async describe(readyMs: number): Promise<State> {
    const { keys, options, dataHome } = this.#frame;
    return {
      name: options.name,
      addresses: {
        api_url: this.#door.url,
        db_url: databaseUrl(this.#frame),
        publishable_key: keys.publishableKey,
        secret_key: keys.secretKey,
        operator_key: keys.operatorKey,
        wake_token: keys.wakeToken,
        dashboard_url: this.#dashboard?.url ?? null,
        pid: Deno.pid,
      },
      born: await birthOf(Deno.pid) ?? "",
      dataHome,
      control: { url: this.#control.url, token: this.#control.token },
      ready_ms: Math.round(readyMs),
    };
  }

  /** The same through a reset. @returns null when it was not built. */
  async #serveDashboard(): Promise<Dashboard | null> {
    const { keys, options } = this.#frame;
    const shown = { api_url: this.#door.url, publishable_key: keys.publishableKey };
    return options.liveDashboard ? serveLive(shown, freePort()) : await serveBuilt(shown);
  }

  async #open(): Promise<void> {
    const dashboardOrigin = this.#dashboard?.origin ?? null;
    this.#side = await openSide(this.#frame, { apiUrl: this.#door.url, dashboardOrigin });
    this.#door.lead(this.#side.answer);
  }

  async #reset(): Promise<void> {
    const old = this.#side;
    this.#side = undefined;
    this.#door.lead(undefined);
    await old?.close();
    await this.#open();
  }
}
