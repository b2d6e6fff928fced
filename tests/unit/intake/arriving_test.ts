/** Names of files on their way in. */
import { createHash } from "node:crypto";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import * as fc from "fast-check";
import { withReadableHead } from "../../../supabase/functions/_shared/upload/form_head.ts";
import { readFilename } from "../../../supabase/functions/_shared/upload/file_name.ts";

Deno.test("readFilename() takes the last part, whole characters, and nothing that cannot be seen", () => {
  for (
    const [given, kept] of [
      ["C:\\exports\\march\\judgments.csv", "judgments.csv"],
      ["a/b.csv", "b.csv"],
      ["exports/march.csv/", "march.csv"],
      ["a\u0000b\u202ec.csv", "abc.csv"],
      ["\ud800a.csv", "a.csv"],
      ["M\u00e4rz +1 100%.csv", "M\u00e4rz +1 100%.csv"],
      ["/", null],
      ["..", null],
    ] as const
  ) assertEquals(readFilename(given), kept, given);
  const long = readFilename(`${"a".repeat(195)}😀😀😀.csv`) ?? "";
  assertEquals([Array.from(long).length, long.isWellFormed(), long.endsWith(".csv")], [200, true, true]);
});

const UNSEEN = ["\0", "\x1b", "\u200b", "\u202e", "\ufeff", "\u{e0001}", "\ufffd"];
const PART = fc.stringMatching(/^[A-Za-z0-9äß判😀][A-Za-z0-9äß判😀 .%+_-]{0,240}$/u).map((text) =>
  text.trimEnd()
);

Deno.test("a file's name is its last part as anybody sees it, whatever hides in it (seed 175, 3,000)", () => {
  fc.assert(
    fc.property(
      fc.array(PART, { maxLength: 2 }),
      PART,
      fc.constantFrom("/", "\\"),
      fc.array(fc.record({ sign: fc.constantFrom(...UNSEEN), at: fc.nat(600) }), { maxLength: 4 }),
      fc.boolean(),
      (folders, last, between, hidden, isOpen) => {
        const plain = [...folders, last].join(between) + (isOpen ? between : "");
        const characters = Array.from(plain);
        for (const { sign, at } of hidden) characters.splice(at % (characters.length + 1), 0, sign);
        const kept = readFilename(characters.join(""));
        assertEquals(kept, readFilename(plain), "what cannot be seen changes nothing");
        assertEquals(readFilename(kept), kept, "what is kept stays");
        assert(kept === null || last.startsWith(kept.replace(/(?:\.[A-Za-z0-9]{1,8})?$/, "")), String(kept));
        assert(kept === null || (Array.from(kept).length <= 200 && kept.isWellFormed()));
      },
    ),
    { seed: 175, numRuns: 3000 },
  );
});

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const formOf = (name: string) =>
  '--X\r\nContent-Disposition: form-data; name="source"\r\n\r\nacme\r\n' +
  `--X\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\na,b\xe4\r\n--X--\r\n`;

Deno.test("withReadableHead() gives a parser a file name in UTF-8 without folders, wherever chunks are cut", async () => {
  const names = [
    ["M\xe4rz.csv", "M\xc3\xa4rz.csv"],
    ["M\xc3\xa4rz.csv", "M\xc3\xa4rz.csv"],
    ["C:\\exports\\march.csv", "march.csv"],
    ['a\\"b.csv', 'a\\"b.csv'],
  ] as const;
  for (const [sent, read] of names) {
    const bytes = bytesOf(formOf(sent));
    for (let cut = 0; cut <= bytes.length; cut += 9) {
      const chunks = ReadableStream.from([bytes.slice(0, cut), bytes.slice(cut)]);
      const told: number[] = [];
      for await (const chunk of withReadableHead(chunks, "X")) told.push(...chunk);
      assertEquals(String.fromCharCode(...told), formOf(read));
    }
  }
});

Deno.test("withReadableHead() leaves what is no header of the file as it is", async () => {
  const body = 'x\r\n--Y\r\nContent-Disposition: form-data; name="file"; filename="C:\\a\xe4"\r\n\r\n1';
  const bytes = bytesOf(formOf("a.csv").replace("a,b", body));
  const told: number[] = [];
  for await (const chunk of withReadableHead(ReadableStream.from([bytes]), "X")) told.push(...chunk);
  assertEquals(told, [...bytes]);
});

Deno.test("withReadableHead() hands on every byte of a long body, in order", async () => {
  const bytes = bytesOf(formOf("a.csv").replace("a,b", "x".repeat(300_000)));
  for (const cut of [1, 131_071, 131_072, 131_073, bytes.length]) {
    let length = 0;
    const hash = createHash("sha256");
    for await (
      const chunk of withReadableHead(ReadableStream.from([bytes.slice(0, cut), bytes.slice(cut)]), "X")
    ) {
      hash.update(chunk);
      length += chunk.length;
    }
    assertEquals([length, hash.digest("hex")], [
      bytes.length,
      createHash("sha256").update(bytes).digest("hex"),
    ]);
  }
});
