/** The audit events of one thing, and the links that lead from them to heads that were exported. */
import * as z from "zod";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What `audit.proof_of` gives. */
export const ChainProof = z.object({
  events: z.array(z.object({
    /** Place in the chain; null for one that is not sealed yet. */
    seal_no: z.number().nullable(),
    ts: z.iso.datetime({ offset: true }),
    action: z.string(),
    /** The text whose hash is in the chain. */
    content: z.string(),
  })),
  /** Lines `from <no> <hash>` and `link <no> <hash of content> <hash>`. */
  links: z.string(),
  link_count: z.number(),
  /** Exported heads at the ends of the links, oldest first, and where each was written. */
  heads: z.array(z.object({ seal_no: z.number(), hash: Hash, destination: z.string() })),
});
export type ChainProof = z.infer<typeof ChainProof>;
