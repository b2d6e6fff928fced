/** What may come in, and where it lies. What is too large for the function goes straight to storage. */

/** The bucket that drops arrive in. */
export const DROP_BUCKET = "intake";

/** Largest file of POST /intake/upload: 50 MiB. It is held in memory while its hash is taken. */
export const UPLOAD_LIMIT_BYTES = 52_428_800;
/** Largest file at all, the bucket's own limit: 1 GiB. */
export const BUCKET_LIMIT_BYTES = 1_073_741_824;
/** What multipart may add to a file: boundaries, headers, the other fields. */
export const MULTIPART_OVERHEAD_BYTES = 65_536;
/** Longest form field beside the file. */
export const FIELD_LIMIT_BYTES = 4096;
/** Fields beside the file; six are known. */
export const FIELD_LIMIT = 20;
/** Longest file name, in characters; longer ones are cut before the extension. */
export const FILENAME_LIMIT = 200;
