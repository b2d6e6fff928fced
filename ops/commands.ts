/** All commands. One file each in commands/; a new one is added here and nowhere else. */
import type { AnyCommand } from "./command.ts";

export const COMMANDS: readonly AnyCommand[] = [];
