/** The committed OpenAPI document is the one the declarations make, valid, and about what there is. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { FUNCTION_NAMES } from "../../shared/environment/function_names.ts";
import { openApiDocument } from "../../shared/http/openapi.ts";
import { examplesIn } from "../support/answers.ts";
import { functionNames } from "./function_bundle.ts";
import { DOCUMENT_FILE, generateDocument } from "./generated_document.ts";
import { ROOT } from "./project_files.ts";

const document = openApiDocument("0.0.0");

Deno.test("docs/openapi.json is what the declarations make; else run `deno task openapi`", async () => {
  assertEquals(await Deno.readTextFile(DOCUMENT_FILE), generateDocument());
});

Deno.test("the document is valid OpenAPI 3.1, and every reference leads somewhere", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(generateDocument()));
  assert(valid, JSON.stringify(errors));
  assertEquals(validator.version, "3.1");
  validator.resolveRefs();
});

Deno.test("the check above refuses a document with a response that says nothing", async () => {
  const broken = JSON.parse(generateDocument());
  delete broken.paths["/system/health"].get.responses["200"].description;
  assertEquals((await new Validator().validate(broken)).valid, false);
});

Deno.test("the document tells of every function there is, and of no other", async () => {
  assertEquals([...FUNCTION_NAMES].sort(), await functionNames(ROOT));
});

Deno.test("operations have names of their own", () => {
  const names = Object.values(document.paths).flatMap((item) =>
    Object.values(item as Record<string, { operationId: string }>).map(({ operationId }) => operationId)
  );
  assertEquals(names.length, new Set(names).size);
  assert(names.includes("getIntakeBatchesByIdErrorsCsv"), names.join(" "));
});

Deno.test("examples in the document are as their own schemas want them", () => {
  const examples = examplesIn();
  assert(examples.length > 60, `${examples.length} examples`);
  assertEquals(examples.flatMap(({ wrong }) => wrong), []);
});
