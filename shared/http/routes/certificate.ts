/** What is answered where a certificate is asked for. */
import type { BytesAnswer } from "../declaration.ts";

/** A bundle of shared/proof. */
export const CERTIFICATE = {
  kind: "bytes",
  contentType: "application/x-tar",
  about: "The certificate.",
  headers: { "content-disposition": "The name it shall be saved under." },
} as const satisfies BytesAnswer;
