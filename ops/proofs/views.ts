/** Views that people and dashboards rely on, and what a look at one says. */
import type { ProofGateway } from "../../shared/data/proof_gateway.ts";
import { type Seen, unwell, well } from "../checks/check.ts";
import { VIEW_COLUMNS } from "../checks/views.ts";
import { grouped } from "../../checkout/table.ts";

/** A view and the columns that are relied on. */
export interface View {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
}

const view = (schema: string, name: string, columns: string): View => ({
  schema,
  name,
  columns: columns.split(" "),
});

/** The three that show where plaintiffs, judgments and enforcement stand. */
export const PLAINTIFF_VIEWS: readonly View[] = [
  view(
    "public",
    "v_plaintiffs_overview",
    "plaintiff_id plaintiff_name firm_name status total_judgment_amount case_count",
  ),
  view(
    "public",
    "v_judgment_pipeline",
    "judgment_id case_number plaintiff_id plaintiff_name defendant_name judgment_amount enforcement_stage " +
      "enforcement_stage_updated_at collectability_tier batch_id",
  ),
  view(
    "public",
    "v_enforcement_overview",
    "enforcement_stage collectability_tier case_count total_judgment_amount",
  ),
];

/** Those and the pipeline's own. */
export const CRITICAL_VIEWS: readonly View[] = [
  ...PLAINTIFF_VIEWS,
  ...Object.entries(VIEW_COLUMNS).map(([view, columns]) => {
    const [schema = "", name = ""] = view.split(".");
    return { schema, name, columns };
  }),
];

/** How to get a view back. */
export const MISSING_VIEW =
  "apply what is missing: ops migration-status, then ops db-push; a view that was changed by hand comes back with a new migration";

const MOST = 10_000; // rows counted: whether there are some is the question, not how many millions

/** Reads a view and holds its columns against what is relied on. An empty one is as good as a full one. */
export async function lookAtView(gateway: ProofGateway, { schema, name, columns }: View): Promise<Seen> {
  const there = await gateway.columnsOf(schema, name);
  if (there.length === 0) return unwell(`${schema}.${name} does not exist`, MISSING_VIEW);
  const missing = columns.filter((column) => !there.includes(column));
  if (missing.length > 0) return unwell(`${schema}.${name} lacks ${missing.join(", ")}`, MISSING_VIEW);
  const rows = await gateway.countUpTo(schema, name, MOST);
  return well(
    rows === MOST ? `${grouped(MOST)} rows and more` : rows === 1 ? "1 row" : `${grouped(rows)} rows`,
  );
}
