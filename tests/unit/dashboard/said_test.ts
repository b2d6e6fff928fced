/** What addresses say, read one by one. */
import { assertEquals } from "deno-std/assert/equals.js";
import { listSearch } from "../../../dashboard/batches/list_search.ts";
import { actionSearch, plaintiffSearch, taskSearch } from "../../../dashboard/enforcement/search.ts";

Deno.test("what an address says is read, a number also where text is meant; what is not understood counts as not said", () => {
  assertEquals(listSearch({ status: "failed", q: 20240131, source: true, page: "2" }), {
    status: "failed",
    q: "20240131",
    source: "true",
    page: 2,
  });
  const nothing = { status: undefined, q: undefined, source: undefined, page: undefined };
  for (const page of [0, -1, 1.5, "two", "", null, {}, 1e300]) {
    assertEquals(listSearch({ status: "broken", q: null, source: ["a"], page }), nothing);
  }
  assertEquals(plaintiffSearch({ authorized: "yes", status: "active" }), {
    q: undefined,
    status: "active",
    authorized: "yes",
    page: undefined,
  });
  assertEquals(plaintiffSearch({ authorized: true, status: "gone" }).authorized, undefined);
  assertEquals(actionSearch({ action_type: "levy", status: "blocked", page: 3 }), {
    status: "blocked",
    action_type: "levy",
    page: 3,
  });
  assertEquals(taskSearch({ status: "open", more: 1 }), { status: "open", page: undefined });
});
