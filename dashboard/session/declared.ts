/** The client with all declarations, set up for a page whose policy allows no code that is made at run time. */
import * as z from "zod";

z.config({ jitless: true });

export { createClient } from "../../shared/http/client.ts";
