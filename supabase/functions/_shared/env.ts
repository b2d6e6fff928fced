/** The environment of this process, read once and whole. What is right and wrong in it: shared/environment. */
import { type Environment, environmentNames, parseEnvironment } from "../../../shared/environment/parse.ts";
import type { FunctionName } from "../../../shared/environment/function_names.ts";

export * from "../../../shared/environment/parse.ts";

/**
 * Only the names the function has use for are touched.
 * @throws EnvironmentError listing every bad name, and no value.
 */
export function readEnvironment<F extends FunctionName>(functionName: F): Environment<F> {
  const record = Object.fromEntries(environmentNames(functionName).map((name) => [name, Deno.env.get(name)]));
  return parseEnvironment(functionName, record, new Date());
}
