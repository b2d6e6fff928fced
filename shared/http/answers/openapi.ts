/** The OpenAPI document as an answer. */
import * as z from "zod";

/** What every reader of it looks for; the rest is as OpenAPI 3.1 has it. */
export const OpenApi = z.looseObject({
  openapi: z.literal("3.1.1"),
  info: z.looseObject({
    title: z.string(),
    version: z.string(),
    summary: z.string(),
    license: z.looseObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.looseObject({ url: z.string(), description: z.string() })),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.unknown()),
  components: z.record(z.string(), z.unknown()),
});
export type OpenApi = z.infer<typeof OpenApi>;
