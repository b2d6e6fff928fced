/** What a packed program is made of: the packages that are imported, and the script before them. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { launcher } from "../../../checkout/pack/launcher.ts";
import { neededPackages } from "../../../checkout/pack/packages.ts";

Deno.test("neededPackages() takes what is imported and what that imports, each once, and nothing else", () => {
  const one = (name: string, ...dependencies: string[]) => ({ name, version: "1.0.0", dependencies });
  const needed = neededPackages({
    modules: [{}, { npmPackage: "a@1.0.0" }, { npmPackage: "@s/b@1.0.0_peer@2.0.0" }],
    npmPackages: {
      "a@1.0.0": one("a", "c@1.0.0"),
      "@s/b@1.0.0_peer@2.0.0": one("@s/b", "a@1.0.0"),
      "c@1.0.0": one("c", "a@1.0.0"), // round and round
      "stack-only@1.0.0": one("stack-only"),
    },
  });
  assertEquals(needed, [
    { name: "@s/b", folder: "@s+b@1.0.0" },
    { name: "a", folder: "a@1.0.0" },
    { name: "c", folder: "c@1.0.0" },
  ]);
});

Deno.test("launcher() says where its own last line is", () => {
  const script = launcher("00ff00ff00ff00ff", "1.2.3");
  const lines = script.split("\n").length - 1;
  assertMatch(script, new RegExp(`follows line ${lines} is a tar`));
  assertMatch(script, new RegExp(`tail -n \\+${lines + 1} "\\$0"`));
  assertEquals(script.startsWith("#!/bin/sh\n# dragonfly 1.2.3:"), true);
});
