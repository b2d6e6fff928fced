/** Random text for keys and passwords. */

const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"; // 57: the rest look alike

/** Letters and digits only, so that a value needs no quoting in a URL, SQL text or shell. */
export function randomLetters(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < 228 && text.length < length) text += ALPHABET[byte % 57]; // 228 = 4 · 57, so no bias
    }
  }
  return text;
}
