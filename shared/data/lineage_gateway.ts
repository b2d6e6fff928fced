/** Where rows come from and what became of them, as the database knows it. */
import * as z from "zod";
import { StoredObject } from "../intake/stored_object.ts";
import { parseDialect } from "../intake/read_dialect.ts";
import type { Calls } from "./calls.ts";

const Place = z.object({
  object: StoredObject,
  dialect: z.unknown().transform(parseDialect),
  header_width: z.number(),
  first_byte: z.number(),
  end_byte: z.number(),
  first_row: z.number(),
  first_line: z.number(),
});
/** What it takes to read a row of a stored file again. */
export type Place = z.infer<typeof Place>;

const Traced = z.looseObject({
  row_index: z.number().nullable(),
  place: Place.nullable(),
  /** Of a rejected row alone, whose line is kept. */
  raw_line: z.string().nullish(),
});
/** A judgment's origin or a row's fate; what it has beyond the place is passed on as it is. */
export type Traced = z.infer<typeof Traced>;

/** The calls. */
export class LineageGateway {
  constructor(private readonly calls: Calls) {}

  /** Null when there is no such judgment. */
  async ofJudgment(id: number): Promise<Traced | null> {
    return Traced.nullable().parse(await this.calls.call("intake", "judgment_lineage", { judgment: id }));
  }

  /** Null when the batch has no such row. */
  async ofRow(batch: string, rowIndex: number): Promise<Traced | null> {
    return Traced.nullable().parse(
      await this.calls.call("intake", "row_fate", { batch, row_index: rowIndex }),
    );
  }
}
