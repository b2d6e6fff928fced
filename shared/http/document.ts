/**
 * What the OpenAPI document says of a schema beside its shape: the name it has there, or plainer words for what zod
 * can only tell in a roundabout way.
 */
import * as z from "zod";

/** Further members of a schema in the document. */
export interface DocumentMeta {
  /** Its name among the document's components. */
  readonly id?: string;
  readonly description?: string;
  /** Stands instead of what zod tells. */
  readonly instead?: Readonly<Record<string, unknown>>;
}

/** The document's own words, by schema. */
export const DOCUMENT = z.registry<DocumentMeta>();

/** Gives a schema its name in the document. @returns the same schema. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  DOCUMENT.add(schema, { id });
  return schema;
}

/** Shows a schema in the document as something plainer. @returns the same schema. */
export function shownAs<Schema extends z.ZodType>(
  instead: Readonly<Record<string, unknown>>,
  schema: Schema,
): Schema {
  DOCUMENT.add(schema, { instead });
  return schema;
}
