/**
 * The beginning of a form, put right before it is parsed. The parser takes part headers for UTF-8 and a backslash for
 * an escape; old clients write file names in Windows-1252 and with the folders of their own disk.
 */

// Fields that stand before the file are short; where more stands there, the form is parsed as it is.
const KEPT_BYTES = 131_072;

/** The body; part headers in its beginning are such that a parser can read them. boundary: without its dashes. */
export async function* withReadableHead(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  boundary: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const kept: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (bytes >= KEPT_BYTES) {
      yield chunk;
      continue;
    }
    kept.push(chunk);
    bytes += chunk.length;
    if (bytes < KEPT_BYTES) continue;
    const beyond = chunk.subarray(chunk.length - (bytes - KEPT_BYTES));
    kept[kept.length - 1] = chunk.subarray(0, chunk.length - beyond.length);
    yield readableHead(joined(kept), boundary);
    if (beyond.length > 0) yield beyond;
  }
  if (bytes < KEPT_BYTES && bytes > 0) yield readableHead(joined(kept), boundary);
}

/** The beginning of a form with the headers of its part `file` in UTF-8 and a file name without folders. */
export function readableHead(head: Uint8Array<ArrayBuffer>, boundary: string): Uint8Array<ArrayBuffer> {
  // One character for each byte in this encoding, so that places in the text are places in the bytes.
  const text = new TextDecoder("windows-1252").decode(head);
  const opening = `--${boundary}\r\n`;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) {
    const from = at + opening.length;
    const end = text.indexOf("\r\n\r\n", from);
    if (end < 0) return head;
    if (!/[; ]name="?file"?(?:;|\r|$)/i.test(text.slice(from, end))) continue;
    const written = head.subarray(from, end);
    const read = decoded(written).replace(/filename="((?:[^"\\\r\n]|\\[^\r\n])*)"/i, withoutFolders);
    return joined([head.subarray(0, from), new TextEncoder().encode(read), head.subarray(end)]);
  }
  return head;
}

// A backslash before anything but a quote or a backslash escapes nothing: it is a folder's.
function withoutFolders(whole: string, name: string): string {
  return /\\[^"\\]/.test(name) ? `filename="${name.replace(/^.*\\/, "")}"` : whole;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // every byte is a character there
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
