/**
 * Files that are no text at all, told by their first bytes. The HTTP door and the scan ask the same question,
 * so that a spreadsheet is refused with the same word by every road.
 */

/** How many bytes are enough to tell: a zip's first entries name what an office file is. */
export const SNIFF_BYTES = 4096;

const SIGNATURES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["pdf", [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ["png", [0x89, 0x50, 0x4e, 0x47]],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["gif", [0x47, 0x49, 0x46, 0x38]],
  ["tiff", [0x49, 0x49, 0x2a, 0x00]],
  ["tiff", [0x4d, 0x4d, 0x00, 0x2a]],
  ["xls", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ["7z", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ["rar", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["parquet", [0x50, 0x41, 0x52, 0x31]],
  ["sqlite", [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
];

/**
 * Names what a file is when it is no separated text.
 *
 * @param firstBytes The file's beginning; `SNIFF_BYTES` are enough, fewer work as far as they go.
 * @returns A short type name such as `zip`, `xlsx`, `pdf`, `binary`; null when it may be text.
 */
export function sniffUnsupported(firstBytes: Uint8Array): string | null {
  const head = firstBytes.subarray(0, SNIFF_BYTES);
  for (const [name, bytes] of SIGNATURES) {
    if (startsWith(head, bytes)) return name === "bzip2" && !isBzip2(head) ? null : name;
  }
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06])) {
    return zipKind(head);
  }
  if (startsWith(head, [0xff, 0xfe]) || startsWith(head, [0xfe, 0xff])) return null;
  return hasManyNuls(head) ? "binary" : null;
}

/**
 * Text has no NUL bytes, but one that slipped into a row must not cost the file: a hundredth of such bytes does, other
 * control characters beside a NUL counted in. Those that pad a text to a block are none of it, nor is white space below
 * them.
 */
function hasManyNuls(head: Uint8Array): boolean {
  const text = head.subarray(0, head.findLastIndex((byte) => !isPadding(byte)) + 1);
  if (text.length === 0) return head.includes(0);
  return text.includes(0) && text.filter(isControl).length * 100 >= text.length;
}

/** NUL, the end mark of old systems, and white space. */
function isPadding(byte: number): boolean {
  return byte === 0x00 || byte === 0x1a || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** What no text has: control characters but white space, end mark and escape. */
function isControl(byte: number): boolean {
  return byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1a && byte !== 0x1b);
}

/** `BZh` may begin a heading; a real archive goes on with its level and the digits of pi. */
function isBzip2(head: Uint8Array): boolean {
  return startsWith(head.subarray(4), [0x31, 0x41, 0x59, 0x26]);
}

/** Office files are zips whose first entries carry telling names. */
function zipKind(head: Uint8Array): string {
  let names = "";
  for (const byte of head) names += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "\n";
  if (names.includes("xl/")) return "xlsx";
  if (names.includes("word/")) return "docx";
  if (names.includes("opendocument.spreadsheet")) return "ods";
  return names.includes("[Content_Types].xml") ? "xlsx" : "zip";
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, at) => bytes[at] === byte);
}
