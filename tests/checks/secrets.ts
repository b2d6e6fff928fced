/**
 * Finds what must not stand in the project: secrets, and traces of the machine it was written on. Every pattern is
 * written so that this file does not match itself; tests put theirs together from pieces.
 */

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  /** Where it may stand, with the reason in words. */
  readonly except?: RegExp;
}

const RULES: readonly Rule[] = [
  { what: "a Supabase secret key", pattern: /\bsb_secret_[A-Za-z0-9_-]{16,}/g },
  { what: "a Supabase access token", pattern: /\bsbp_[0-9a-f]{40}\b/g },
  { what: "a JSON web token", pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g },
  { what: "an AWS key id", pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { what: "a GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})\b/g },
  { what: "an npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { what: "a registry's credential", pattern: /:_(?:authToken|auth|password)\s*=\s*\S+/g },
  { what: "a Slack webhook", pattern: /hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{16,}/g },
  { what: "a private key", pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g },
  {
    what: "a Postgres address with a password",
    // A password that is a placeholder (`${…}`, `<…>`, `[…]`, `***`, `…`) is none.
    pattern: /\bpostgres(?:ql)?:\/\/[^\s:@/"'`]+:(?![$<[*{…])[^\s@"'`]+@[\w.-]+/g,
    except: /^tests\/|(^|\/)\.env\.example$/, // made up, or the stack's own
  },
  { what: "a package registry's host", pattern: /\bregistry\.(?:[a-z0-9-]+\.)+[a-z]{2,}\b/gi },
  { what: "somebody's home", pattern: /(?<![\w.~-])\/(?:home|Users)\/[a-z][\w.-]*\/|(?<![\w.~-])\/root\//g },
];

export interface Leak {
  readonly line: number;
  readonly what: string;
  /** Only its beginning: a report must not spread what it found. */
  readonly begins: string;
}

/**
 * @param path relative to the root; decides the exceptions.
 * @param machine names of this machine that must not stand anywhere: the checkout's path, a private registry's host.
 */
export function findLeaks(path: string, text: string, machine: readonly string[]): Leak[] {
  const rules = [...RULES, ...machine.map(machineRule)].filter((rule) => rule.except?.test(path) !== true);
  return rules.flatMap(({ what, pattern }) =>
    Array.from(text.matchAll(pattern), (match) => ({
      line: text.slice(0, match.index).split("\n").length,
      what,
      begins: `${match[0].slice(0, 12)}…`,
    }))
  );
}

function machineRule(name: string): Rule {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return {
    what: "a name of the machine it was written on",
    pattern: new RegExp(`(?<![\\w.~-])${literal}(?![\\w-])`, "g"),
  };
}

/**
 * What of this machine must not stand in the project.
 * @param checkout the root's path; one of a single segment (`/app`) says too little to be looked for.
 */
export function machineNames(checkout: string, environment: Record<string, string>): string[] {
  const registry = environment["NPM_CONFIG_REGISTRY"] ?? environment["npm_config_registry"];
  const host = registry === undefined ? null : URL.parse(registry)?.host;
  const path = checkout.split("/").length > 2 ? [checkout] : [];
  return host === undefined || host === null ? path : [...path, host];
}
