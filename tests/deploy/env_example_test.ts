/** .env.example names every variable the functions read, and nothing anybody does not. */
import { assertEquals } from "deno-std/assert/equals.js";
import { ownNames, verifyEnvironment } from "../../ops/environment/verify.ts";
import { parseEnvFile } from "../../ops/env_file.ts";
import { ROOT } from "../../checkout/root.ts";

const text = await Deno.readTextFile(`${ROOT}/.env.example`);
/** With the optional ones, which stand behind a `#`. */
const all = parseEnvFile(text.replaceAll(/^#(?=[A-Z])/gm, ""));

Deno.test(".env.example names every variable that can be set", () => {
  const named = Object.keys(all).filter((name) => !name.startsWith("SUPABASE_")).sort();
  assertEquals(named, ownNames());
});

Deno.test(".env.example has no name that would be refused", () => {
  const stray = verifyEnvironment("prod", all, new Date())
    .filter(({ message }) => /platform's|former host|past the pooler/.test(message));
  assertEquals(stray, []);
});

Deno.test(".env.example holds no secret", () => {
  const filled = Object.entries(all).filter(([name, value]) =>
    /KEY|TOKEN|SECRET|SID/.test(name) && value !== ""
  );
  assertEquals(filled, []);
});
