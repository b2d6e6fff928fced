/** The working copy. */
import { INSTALLED } from "./installed.ts";

/** The folder all of it lies in, without a slash at the end. */
export const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * The folder a program works in, without a slash at the end: the working copy, or for a program that is installed as
 * one file the folder it is called in. `.env.dev`, `.env.prod` and local stacks are there.
 */
export const HERE = INSTALLED ? Deno.cwd() : ROOT;
