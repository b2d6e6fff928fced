/** Which commands need a system, and which look at its parts one by one. */

/** They need no system. */
export const ALONE: readonly string[] = ["completions", "evaluate", "lint-migrations"];
/** They look at every part, and say of each that it is away: 1. */
export const LOOKERS: readonly string[] = ["doctor", "doctor-all", "go-live-gate", "prod-gate"];
/** They judge what is set before anything is reached. */
export const JUDGES: readonly string[] = ["db-push", "deploy", "verify-env-config"];
