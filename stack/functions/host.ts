/** Runs the project's functions. */
import type { Keys } from "../keys.ts";

export interface IsolateInfo {
  function: string;
  pid: number;
  busy: boolean;
}

export interface FunctionHost {
  ready(): Promise<void>;
  answer(request: Request, url: URL): Promise<Response>;
  isolates(): IsolateInfo[];
  /** @returns the pids that were signalled. */
  signal(name: string, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT", count?: number): number[];
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export interface FunctionHostOptions {
  home: string;
  apiUrl: string;
  databaseUrl: string;
  keys: Keys;
  vendorKeys: Record<string, string>;
  timeScale: number;
  more: Record<string, string>;
  enabled: boolean;
  log(line: string): void;
}

export function startFunctions(_options: FunctionHostOptions): FunctionHost {
  return {
    ready: () => Promise.resolve(),
    answer: () => Promise.resolve(Response.json({ message: "Function not found" }, { status: 404 })),
    isolates: () => [],
    signal: () => [],
    reload: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
