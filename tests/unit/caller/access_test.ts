/** The table of rights, held against the rules it must keep. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { ACCESS, type Access, mayCall } from "../../../shared/http/access.ts";
import { ROLES } from "../../../shared/http/access.ts";
import { FUNCTION_NAMES } from "../../../shared/environment/function_names.ts";

const ROUTES: readonly (readonly [string, Access])[] = FUNCTION_NAMES.flatMap((name) =>
  Object.entries<Access>(ACCESS[name])
);
const routesOf = (role: (typeof ROLES)[number]) =>
  ROUTES.filter(([, access]) => access.may !== "anyone" && mayCall(role, access)).map(([name]) => name);

Deno.test("ACCESS opens health, readyz, keys and the OpenAPI document to anyone and nothing else", () => {
  const open = ROUTES.filter(([, access]) => access.may === "anyone").map(([name]) => name);
  assertEquals(
    open.sort(),
    [
      ...FUNCTION_NAMES.map((name) => `GET /${name}/health`),
      "GET /system/readyz",
      "GET /system/keys",
      "GET /system/openapi.json",
    ]
      .sort(),
  );
});

Deno.test("ACCESS lets keys do everything, and operator sessions all but wake a function", () => {
  const closed = ROUTES.filter(([, access]) => access.may !== "anyone").map(([name]) => name);
  for (const role of ["service", "operator_key"] as const) assertEquals(routesOf(role), closed);
  const wakeUps = ["POST /worker/run", "POST /sentinel/run", "POST /outbound/run", "POST /enforcement/run"];
  assertEquals(routesOf("operator"), closed.filter((name) => !wakeUps.includes(name)));
});

Deno.test("ACCESS lets a vendor upload and look at its own batches and errors", () => {
  assertEquals(routesOf("vendor").sort(), [
    "GET /intake/batches/:id",
    "GET /intake/batches/:id/errors",
    "GET /intake/batches/:id/errors.csv",
    "POST /intake/upload",
    "POST /intake/upload-url",
  ]);
});

Deno.test("ACCESS lets a viewer read, but not what holds values as they came", () => {
  for (const name of routesOf("viewer")) {
    assert(name.startsWith("GET ") || name === "POST /intake/check-duplicate", name);
    assert(!/\/(file|errors\.csv|metrics)$/.test(name), name);
  }
  const withheld = ROUTES.map(([name]) => name).filter((name) =>
    name.startsWith("GET ") && !routesOf("viewer").includes(name)
  );
  for (const name of withheld) {
    assert(/\/(file|errors\.csv|health|readyz|keys|openapi\.json|metrics)$/.test(name), name);
  }
});

Deno.test("ACCESS lets the wake token wake and nothing else", () => {
  for (const name of routesOf("wake")) {
    assert(/^POST \/(worker|enforcement|sentinel|outbound)\/run$/.test(name), name);
  }
});

Deno.test("ACCESS gives a session without a role nothing", () => assertEquals(routesOf("no_role"), []));

Deno.test("ACCESS limits everything that is not open", () => {
  for (const [name, access] of ROUTES) assertEquals(access.rate === "exempt", access.may === "anyone", name);
});
