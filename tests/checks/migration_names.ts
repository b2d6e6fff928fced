/** How migrations are named: `<14 digits>_<verb>_<object>.sql`, so that a listing reads as contents. */

/** What a migration does to its object. A new verb is added here when none of these says it. */
const VERBS = [
  "create",
  "add",
  "alter",
  "replace",
  "rename",
  "set",
  "insert",
  "seed",
  "grant",
  "revoke",
  "index",
  "schedule",
  "link",
  "guard",
  "fix",
  "retire",
];

const NAME = /^(\d{14})_([a-z]+)_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/;

/** @param names of all files in the folder, in the order the CLI applies them. @returns what is wrong, in words. */
export function migrationProblems(names: readonly string[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const name of names) {
    const [, stamp = "", verb = ""] = NAME.exec(name) ?? [];
    if (stamp === "") problems.push(`${name}: not <14 digits>_<verb>_<object>.sql in lower case`);
    else if (!beginsWithDay(stamp)) problems.push(`${name}: does not begin with a day (YYYYMMDD)`);
    else if (verb !== "revert" && !VERBS.includes(verb)) {
      problems.push(`${name}: "${verb}" is no verb of ours: ${VERBS.join(", ")}, revert`);
    }
    const other = seen.get(stamp);
    if (stamp !== "" && other !== undefined) problems.push(`${name}: has the version of ${other}`);
    seen.set(stamp, name);
  }
  return problems;
}

/** Only the day must be one: the six digits behind it number the migrations of a day. */
function beginsWithDay(stamp: string): boolean {
  const day = stamp.replace(/^(....)(..)(..).*$/, "$1-$2-$3");
  const time = new Date(`${day}T00:00:00.000Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}
