/** What may be looked for in the list of batches. */
import * as z from "zod";
import { BATCH_STATES } from "../../shared/intake/states.ts";

/** What may stand in the address. What is not understood counts as not said. */
export const ListSearch = z.object({
  status: z.enum(BATCH_STATES).optional().catch(undefined),
  source: z.coerce.string().optional().catch(undefined),
  q: z.coerce.string().optional().catch(undefined),
  page: z.coerce.number().int().min(1).optional().catch(undefined),
});
export type ListSearch = z.infer<typeof ListSearch>;
