/** Whether this is the program that operators install, or a working copy. */

/** `deno task pack` writes true in what it packs. */
const PACKED = false;

/** True in a program made of one file, packed or compiled. */
export const INSTALLED = PACKED || Deno.build.standalone;

/** What people type before a command. */
export const TYPED_AS = INSTALLED ? "dragonfly" : "deno task ops";
