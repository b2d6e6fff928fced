/** The functions of this project, by the name of their folder and the first segment of their paths. */
export const FUNCTION_NAMES = ["intake", "worker", "sentinel", "outbound", "enforcement", "system"] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];
