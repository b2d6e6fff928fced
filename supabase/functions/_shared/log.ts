/**
 * Structured log lines, one JSON object each. Owns redaction: no key, token, address with a password or
 * personal field leaves through here, whoever wrote the line. Never call it per row: the platform keeps 100
 * lines in 10 seconds.
 */

export type LogLevel = "debug" | "info" | "warn" | "error";
type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  /** The same logger with fields that every line carries. */
  with(fields: Fields): Logger;
}

export interface LogOptions {
  readonly functionName: string;
  readonly level: LogLevel;
  /** Values that may appear nowhere, such as the function's own keys. */
  readonly secrets?: readonly string[];
  readonly write?: (line: string, level: LogLevel) => void;
  readonly now?: () => Date;
}

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const REDACTED = "[redacted]";
const DEPTH_LIMIT = 6;
const TEXT_LIMIT = 2000;

const SECRET_NAME =
  /(authorization|api_?-?key|apikey|secret|token|password|passwd|cookie|dsn|database_url|db_url|signed_?url|upload_url|jwt)/i;
const PERSONAL_NAME =
  /(^|_)(plaintiff_name|defendant_name|first_name|last_name|full_name|address|phone|email|raw_\w+|case_number)$/i;
const SECRET_TEXT: readonly RegExp[] = [
  /\bsb_(?:secret|publishable|temp)_[A-Za-z0-9_-]+/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g,
  /\bBearer\s+\S+/gi,
  /([?&](?:token|apikey|key|signature)=)[^&\s"]+/gi,
  /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g,
];
const DSN_PASSWORD = /\b(postgres(?:ql)?:\/\/[^:\s/@]*):[^@\s]*@/gi;

/** A logger that writes lines of `level` and above to the console. */
export function createLogger(options: LogOptions): Logger {
  return loggerWith(options, {});
}

function loggerWith(options: LogOptions, base: Fields): Logger {
  const write = options.write ?? writeToConsole;
  const now = options.now ?? (() => new Date());
  const at = (level: LogLevel) => (event: string, fields: Fields = {}): void => {
    if (ORDER[level] < ORDER[options.level]) return;
    const line = { ts: now().toISOString(), level, function: options.functionName, event };
    write(JSON.stringify({ ...line, ...asFields(redact({ ...base, ...fields }, options.secrets)) }), level);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => loggerWith(options, { ...base, ...fields }),
  };
}

function writeToConsole(line: string, level: LogLevel): void {
  if (level === "error") console.error(line);
  else console.log(line);
}

/** A copy of any value without what may not be seen. Errors become name, message, code and stack. */
export function redact(value: unknown, secrets: readonly string[] = [], depth = 0): unknown {
  if (typeof value === "string") return redactText(value, secrets);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value === null || typeof value !== "object") return value;
  if (depth >= DEPTH_LIMIT) return "[deeper]";
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, secrets, depth + 1));
  if (value instanceof Error) return redact(errorFields(value), secrets, depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, redactField(name, field, secrets, depth)]),
  );
}

function redactField(name: string, field: unknown, secrets: readonly string[], depth: number): unknown {
  const hidden = SECRET_NAME.test(name) || PERSONAL_NAME.test(name);
  // A flag or a count under such a name ("token_present") tells nothing.
  if (hidden && field !== null && typeof field !== "boolean" && typeof field !== "number") return REDACTED;
  return redact(field, secrets, depth + 1);
}

/** Not `detail` or `hint`: Postgres puts row values there. */
function errorFields(error: Error): Record<string, unknown> {
  return {
    name: error.name,
    message: error.message,
    ...("code" in error ? { code: error.code } : {}),
    ...(error.stack === undefined
      ? {}
      : { stack: error.stack.split("\n").slice(1, 8).map((l) => l.trim()).join(" | ") }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}

function redactText(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, REDACTED);
  clean = clean.replace(DSN_PASSWORD, `$1:${REDACTED}@`);
  for (const pattern of SECRET_TEXT) {
    clean = clean.replace(pattern, (_, kept) => (typeof kept === "string" ? kept : "") + REDACTED);
  }
  return clean.length > TEXT_LIMIT ? `${clean.slice(0, TEXT_LIMIT)}…` : clean;
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
