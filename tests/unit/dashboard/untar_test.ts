/** Reading a certificate's archive in the browser. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertThrows } from "deno-std/assert/throws.js";
import { untar } from "../../../dashboard/proof/untar.ts";
import { tar } from "../../../shared/proof/tar.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("untar() gives back what tar() was given", () => {
  const files = [
    { name: "a/certificate.txt", bytes: bytes("x".repeat(513)) },
    { name: "a/empty", bytes: bytes("") },
    { name: "a/last", bytes: bytes("end") },
  ];
  assertEquals(untar(tar(files)), files);
});

Deno.test("untar() says of what is cut off, or is no archive, that it cannot be read", () => {
  const whole = tar([{ name: "a", bytes: bytes("x".repeat(2000)) }]);
  assertThrows(() => untar(whole.subarray(0, 1000)), TypeError, "broken at byte 0");
  assertThrows(() => untar(new Uint8Array(2048)), TypeError, "no file in it");
});
