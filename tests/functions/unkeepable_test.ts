/** Text that Postgres cannot keep, in every place of every route where a caller may write: refused, never a fault. */
import { assert } from "deno-std/assert/assert.js";
import { ACCESS, type Access } from "../../shared/http/access.ts";
import { type Answer, asOperator, call, endedBatch, intakeStack } from "./intake_stack.ts";

const shared = intakeStack();

const ROUTES = Object.values(ACCESS).flatMap((routes) => Object.entries<Access>(routes)).filter((
  [, access],
) => access.may !== "anyone").map(([name]) => {
  const [method = "", path = ""] = name.split(" ");
  return { name, method, path: path.slice(1) };
});
/** What callers may name in a query or body of some route. */
const NAMES = [
  "status",
  "source",
  "q",
  "page",
  "page_size",
  "code",
  "confirm",
  "storage",
  "queue",
  "state",
  "filename",
  "error_threshold_percent",
  "priority",
  "force",
  "dry_run",
  "source_reference",
  "reason",
  "minutes",
  "file_hash",
  "size",
  "header_map",
  "dialect",
  "columns",
  "code_budgets",
];
const BAD = ["\0", "a\0b", "\ud800", "\x1b", "%00"];

function addressed(path: string, id: string, fill?: string): string {
  const parts = path.split("/").map((part) =>
    !part.startsWith(":") ? part : fill ?? (part === ":id" ? id : "1")
  );
  return parts.join("/");
}

function send(method: string, path: string, body?: string): Promise<Answer> {
  return call(shared(), path, {
    method,
    headers: asOperator(shared(), { "content-type": "application/json" }),
    ...(method === "GET" || method === "DELETE" || body === undefined ? {} : { body }),
  });
}

function noFault(answer: Answer, what: string): void {
  assert(answer.status < 500, `${what}: ${answer.status} ${answer.text}`);
}

for (const { name, method, path } of ROUTES) {
  const names = path.endsWith("/run") ? ["by"] : NAMES; // each call of those runs the whole thing
  Deno.test(`${name} takes what Postgres cannot keep for the caller's mistake`, async () => {
    const id = await endedBatch(shared(), "failed");
    if (path.includes(":")) {
      for (const part of ["%00", "a%00b", "%ED%A0%80", "%1B"]) {
        const answer = await send(method, addressed(path, id, part), "{}");
        assert(answer.status >= 400 && answer.status < 500, `${part}: ${answer.status} ${answer.text}`);
      }
    }
    for (const value of ["%00", "a%00b", "%ED%A0%80", "%1B"]) {
      const query = names.map((field) => `${field}=${value}`).join("&");
      noFault(await send(method, `${addressed(path, id)}?${query}`, "{}"), value);
      for (const field of names) {
        if (method !== "GET" && field !== "confirm") continue;
        noFault(await send(method, `${addressed(path, id)}?${field}=${value}`, "{}"), `${field}=${value}`);
      }
    }
    if (method === "GET" || method === "DELETE") return;
    for (const value of BAD) {
      for (const field of names) {
        for (const body of [{ [field]: value }, { [field]: { [value]: "amount" } }, { [field]: [value] }]) {
          const whole = {
            filename: "a.csv",
            size: 1,
            minutes: 1,
            ...(field === "reason" ? {} : { reason: "x" }),
            ...body,
          };
          noFault(await send(method, addressed(path, id), JSON.stringify(whole)), JSON.stringify(body));
        }
      }
    }
  });
}
