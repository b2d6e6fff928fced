// Checks a certificate of Dragonfly offline. Runs with Node or Deno, needs nothing else:
//
//   node verify.mjs certificate-batch-….tar [key.pem]
//   deno run --allow-read verify.mjs certificate-batch-….tar [key.pem]
//
// key.pem is the public key you trust, got by another road than the certificate. Prints what was checked, a line each;
// exit code 0 when all of it is right, 1 when something is not, 2 when there is nothing to check.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import process from "node:process";

const BLOCK = 512;

class Wrong extends Error {}
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

function demand(holds, otherwise) {
  if (!holds) throw new Wrong(otherwise);
}

/** The files of the archive. A byte that belongs to no file must be the one that is always there. */
function unpack(archive) {
  const files = new Map();
  let at = 0;
  while (at + BLOCK <= archive.length && archive.subarray(at, at + BLOCK).some((byte) => byte !== 0)) {
    const head = archive.subarray(at, at + BLOCK);
    const name = head.subarray(0, 100).toString("latin1").replace(/\0+$/, "");
    const size = parseInt(head.subarray(124, 135).toString("latin1"), 8);
    demand(/^[\x21-\x7e]+$/.test(name) && size >= 0, `The archive is broken at byte ${at}.`);
    demand(
      head.equals(headerOf(name, size)),
      `The archive was changed: the head of ${name} is not as it was made.`,
    );
    const end = at + BLOCK + size;
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    demand(next <= archive.length, `The archive is cut off in ${name}.`);
    demand(
      archive.subarray(end, next).every((byte) => byte === 0),
      `The archive was changed behind ${name}.`,
    );
    demand(!files.has(name), `The archive has ${name} twice.`);
    files.set(name, archive.subarray(at + BLOCK, end));
    at = next;
  }
  demand(archive.length === at + 2 * BLOCK, "The archive does not end where it should.");
  demand(archive.subarray(at).every((byte) => byte === 0), "The archive was changed behind its end.");
  const folder = [...files.keys()][0]?.split("/")[0];
  demand(folder !== undefined, "The archive is empty.");
  return new Map([...files].map(([name, bytes]) => {
    demand(name.startsWith(`${folder}/`), `${name} stands outside of ${folder}.`);
    return [name.slice(folder.length + 1), bytes];
  }));
}

function headerOf(name, size) {
  const octal = (value, digits) => `${value.toString(8).padStart(digits, "0")}\0`;
  const fields = name.padEnd(100, "\0") + octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) +
    octal(0, 11) +
    " ".repeat(8) + "0".padEnd(101, "\0") + "ustar\x0000";
  const bytes = Buffer.from(fields.padEnd(BLOCK, "\0"), "latin1");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}

function file(files, name) {
  const bytes = files.get(name);
  demand(bytes !== undefined, `${name} is missing.`);
  return bytes;
}

/** A public key and its id: the first 16 hex digits of SHA-256 over it in DER. */
function readKey(pem) {
  try {
    const key = createPublicKey(pem);
    return { key, id: sha256(key.export({ type: "spki", format: "der" })).slice(0, 16) };
  } catch {
    throw new Wrong("A key cannot be read.");
  }
}

function checkSums(files) {
  const listed = new Map(
    textOf(file(files, "SHA256SUMS")).split("\n").filter(Boolean).map((
      line,
    ) => [line.slice(66), line.slice(0, 64)]),
  );
  for (const [name, sum] of listed) {
    demand(
      sha256(file(files, name)) === sum,
      `${name} is not the file that was signed: its SHA-256 is another.`,
    );
  }
  for (const name of files.keys()) {
    demand(
      listed.has(name) || /^SHA256SUMS(\.sig)?$/.test(name),
      `${name} is not in SHA256SUMS: it was put in afterwards.`,
    );
  }
  return listed.size;
}

function checkSignature(files, trusted) {
  const signature = file(files, "SHA256SUMS.sig");
  const inside = [...files].filter(([name]) => name.startsWith("keys/")).map(([, pem]) =>
    readKey(textOf(pem))
  );
  const keys = trusted === null ? inside : [readKey(trusted)];
  const signer = keys.find(({ key }) => verify(null, file(files, "SHA256SUMS"), key, signature));
  demand(
    signer !== undefined,
    trusted === null
      ? "The signature over SHA256SUMS is not by a key of the certificate."
      : "The signature over SHA256SUMS is not by the key you trust: somebody else signed, or it was changed.",
  );
  return signer;
}

/** Every link's hash, by its place. */
function checkChain(files) {
  const links = new Map();
  let before = null;
  for (const line of textOf(file(files, "chain.txt")).split("\n").filter(Boolean)) {
    const [kind, no, first, second] = line.split(" ");
    if (kind === "from") {
      before = { no: Number(no), hash: first };
      continue;
    }
    demand(kind === "link" && before !== null, `chain.txt has a line that is no link: ${line.slice(0, 40)}`);
    demand(Number(no) === before.no + 1, `The chain has a gap: ${no} stands behind ${before.no}.`);
    demand(
      sha256(`${before.hash} ${first}`) === second,
      `The chain is broken at ${no}: its hash is another.`,
    );
    before = { no: Number(no), hash: second };
    links.set(before.no, { content: first, hash: second });
  }
  return links;
}

function checkEvents(files, links) {
  const lines = textOf(file(files, "events.txt")).split("\n").filter(Boolean);
  let unsealed = 0;
  for (const line of lines) {
    const no = JSON.parse(line)[9];
    if (no === null) unsealed++;
    else demand(links.get(no)?.content === sha256(line), `Event ${no} is not the one that was chained.`);
  }
  return { lines, unsealed };
}

function checkHeads(files, links, signer, say) {
  const heads = [...files.keys()].filter((name) => /^heads\/\d+\.statement$/.test(name));
  for (const name of heads) {
    const said = JSON.parse(textOf(file(files, name)));
    demand(
      links.get(said.seal_no)?.hash === said.hash,
      `The exported head of event ${said.seal_no} is not in the chain.`,
    );
    const keys = [...files].filter(([key]) => key.startsWith("keys/")).map(([, pem]) => readKey(textOf(pem)));
    const signature = file(files, name.replace(/statement$/, "sig"));
    const by = [signer, ...keys].find(({ key }) => verify(null, file(files, name), key, signature));
    demand(
      by !== undefined,
      `The exported head of event ${said.seal_no} is not signed by a key of the certificate.`,
    );
    say(`ok  head of event ${said.seal_no}, exported ${said.exported_at}, signed by ${by.id}`);
  }
  return heads.length;
}

/**
 * Checks a certificate.
 *
 * @param archive its bytes. @param trusted the key one trusts, PEM; null takes the one in the certificate.
 * @param say is told each line. @returns whether all of it is right.
 */
export function check(archive, trusted, say) {
  try {
    const files = unpack(Buffer.from(archive));
    say(`ok  archive: ${files.size} files, nothing between them`);
    say(`ok  SHA256SUMS: ${checkSums(files)} files are the ones that were signed`);
    const signer = checkSignature(files, trusted);
    say(`ok  signature over SHA256SUMS by ${signer.id}`);
    const links = checkChain(files);
    say(`ok  chain: ${links.size} links`);
    if (files.has("events.txt")) {
      const { lines, unsealed } = checkEvents(files, links);
      say(`ok  events: ${lines.length - unsealed} are in the chain, ${unsealed} are not sealed yet`);
    } else say("--  events: their contents are withheld");
    if (checkHeads(files, links, signer, say) === 0) {
      say("--  no exported head stands behind these events yet");
    }
    if (files.has("contents.tsr")) say("--  a time stamp is there: check it with openssl ts -verify");
    if (trusted === null) {
      say(
        `--  compare the key ${signer.id} with the one the system publishes: any key can sign a certificate`,
      );
    }
    say("CERTIFICATE VERIFIED");
    return true;
  } catch (error) {
    if (!(error instanceof Wrong || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    say(`WRONG  ${error instanceof Wrong ? error.message : "A file cannot be read."}`);
    say("NOT VERIFIED");
    return false;
  }
}

if (process.argv[1] !== undefined && import.meta.url.endsWith("/" + process.argv[1].split("/").at(-1))) {
  const [path, trustedPath] = process.argv.slice(2);
  if (path === undefined) {
    console.error("usage: verify.mjs <certificate.tar> [key.pem]");
    process.exit(2);
  }
  const trusted = trustedPath === undefined ? null : readFileSync(trustedPath, "utf8");
  process.exit(check(readFileSync(path), trusted, (line) => console.log(line)) ? 0 : 1);
}
