/** Nothing secret and nothing of the machine it was written on stands in the project. */
import { assertEquals } from "deno-std/assert/equals.js";
import { projectFiles, ROOT } from "./project_files.ts";
import { findLeaks, machineNames } from "./secrets.ts";

Deno.test("no file of the project holds a secret or a trace of a machine", async () => {
  const machine = machineNames(ROOT, Deno.env.toObject());
  const found: string[] = [];
  for (const path of await projectFiles()) {
    const text = new TextDecoder("windows-1252").decode(await Deno.readFile(`${ROOT}/${path}`)); // any bytes at all
    found.push(
      ...findLeaks(path, text, machine).map((leak) => `${path}:${leak.line} ${leak.what}: ${leak.begins}`),
    );
  }
  assertEquals(found, []);
});

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789".repeat(2);

/** Put together here, so that none of them stands in this file. */
const PLANTED: Record<string, string> = {
  "a Supabase secret key": `sb_${"secret"}_${LETTERS.slice(0, 31)}`,
  "a Supabase access token": `sbp_${"0a1b2c3d".repeat(5)}`,
  "a JSON web token": ["eyJhbGciOiJIUzI1NiJ9", "eyJyb2xlIjoic2VydmljZSJ9", LETTERS.slice(0, 43)].join("."),
  "an AWS key id": `AK${"IA"}IOSFODNN7EXAMPLE`,
  "a GitHub token": `gh${"p"}_${LETTERS.slice(0, 36)}`,
  "an npm token": `npm${"_"}${LETTERS.slice(0, 36)}`,
  "a registry's credential": `//host/:_auth${"Token"}=abc`,
  "a Slack webhook": `https://hooks.slack${".com"}/services/T0000000/B0000000/${LETTERS.slice(0, 24)}`,
  "a private key": `-----BEGIN RSA ${"PRIVATE"} KEY-----`,
  "a Postgres address with a password": `postgresql${"://"}postgres:hunter2@db.example.com:5432/postgres`,
  "a package registry's host": `https://registry${".example"}.org/zod`,
  "somebody's home": `/ho${"me"}/jane/project`,
};

for (const [what, text] of Object.entries(PLANTED)) {
  Deno.test(`findLeaks() finds ${what}`, () => {
    const leaks = findLeaks("ops/a.ts", `first\nconst a = "${text}";`, []);
    assertEquals(leaks.map((leak) => [leak.what, leak.line]), [[what, 2]]);
    assertEquals(leaks.some((leak) => leak.begins.length > 13), false);
  });
}

Deno.test("findLeaks() finds names of this machine, whole ones only", () => {
  const find = (text: string) => findLeaks("docs/a.md", text, ["/srv/checkout"]).length;
  assertEquals([find("in /srv/checkout/ops"), find(`"/srv/checkout"`)], [1, 1]);
  assertEquals([find("/srv/checkouts"), find("./srv/checkout"), find("https://x/srv/checkout")], [0, 0, 0]);
});

Deno.test("findLeaks() takes placeholders and prefixes for what they are", () => {
  const address = "postgresql://postgres:";
  const fine = [
    `${address}\${password}@127.0.0.1:5432/postgres`,
    `${address}[YOUR-PASSWORD]@host/postgres`,
    `${address}***@host/postgres`,
    "keys begin with sb_secret_ and sb_publishable_",
    "the npm registry. It is down",
  ];
  for (const text of fine) assertEquals(findLeaks("ops/a.ts", text, []), [], text);
});

Deno.test("findLeaks() lets tests make up databases, and nothing else", () => {
  const address = PLANTED["a Postgres address with a password"] ?? "";
  assertEquals(findLeaks("tests/sql/a_test.ts", address, []), []);
  assertEquals(findLeaks("tests/sql/a_test.ts", PLANTED["a Supabase secret key"] ?? "", []).length, 1);
});

Deno.test("machineNames() knows the checkout and a registry, unless they say too little", () => {
  assertEquals(machineNames("/srv/checkout", {}), ["/srv/checkout"]);
  assertEquals(machineNames("/app", { NPM_CONFIG_REGISTRY: "https://packages.example.org/npm/" }), [
    "packages.example.org",
  ]);
});
