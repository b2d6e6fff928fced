/** Why a command does not do what it was told. The message is for the person who typed it. */

/** The command line is wrong; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A command cannot do its work; the message says why and what to do. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}

/** The system has nothing of that name, or not in a state that allows it: exit 1. The message says which. */
export class Declined extends Error {
  override readonly name = "Declined";
}
