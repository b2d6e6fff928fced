/**
 * What a judgment row is: its fields, the headers vendors use for them, the rules of its values, and
 * the words for what is wrong. Pure: knows nothing of CSV, storage or databases.
 */
export {
  type Field,
  FIELDS,
  isField,
  type JudgmentDraft,
  LENGTH_LIMITS,
  REQUIRED_FIELDS,
  withName,
} from "./fields.ts";
export { draftOf } from "./fields.ts";
export {
  acceptedHeaders,
  fieldOfHeader,
  fieldsOfHeader,
  foldHeader,
  type HeaderMap,
  type HeaderOverrides,
  mapHeader,
} from "./header.ts";
export { ROW_CODES, type RowCode, type RowCodeEntry, type RowStage } from "./codes.ts";
export type { RowIssue } from "./issues.ts";
export type { RowWarning, WarningCode } from "./warnings.ts";
export { compileRowChecker, type RowChecker, type RowCheckerOptions } from "./row.ts";
export { latestDateAnywhere } from "./dates.ts";
export { FIELD_SEPARATOR, ROW_SEPARATOR, STAGED_COLUMNS, writeStagedRow } from "./staged.ts";
export { isSpreadsheetDamage } from "./spreadsheet.ts";
export { trimInvisible } from "./invisible.ts";
export { chooseTier, type CollectabilityTier, collectabilityTier, type TierChoice } from "./tier.ts";
