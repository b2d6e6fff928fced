/** The working copy. */

/** The folder all of it lies in, without a slash at the end. */
export const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
