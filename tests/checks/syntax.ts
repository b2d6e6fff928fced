/**
 * Reads source as a tree, not as text: what a module imports, and what the house rules forbid. Comments and strings
 * never look like code here. Works only under `deno test`, where the parser is to be had.
 */

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Only types: nothing of it is there when the program runs. */
  readonly typeOnly: boolean;
}

export interface Oddity {
  readonly rule:
    | "any"
    | "double-assertion"
    | "focused-test"
    | "skipped-test"
    | "endless-loop"
    | "impure"
    | "hidden-import"
    | "prose";
  readonly line: number;
  /** The words that stand there, shortened. */
  readonly found: string;
}

export interface Syntax {
  readonly imports: readonly Import[];
  readonly oddities: readonly Oddity[];
}

type Report = (node: Deno.lint.Node, message: string) => void;

/** @param path decides the language by its ending. @throws when the text does not parse. */
export function readSyntax(path: string, text: string): Syntax {
  const imports: Import[] = [];
  const oddities: Oddity[] = [];
  for (const { id, message, range } of Deno.lint.runPlugin(READER, path, text)) {
    const line = text.slice(0, range[0]).split("\n").length;
    const kind = id.slice(id.indexOf("/") + 1);
    if (kind === "import") imports.push({ specifier: message, line, typeOnly: false });
    else if (kind === "import-type") imports.push({ specifier: message, line, typeOnly: true });
    else oddities.push({ rule: message as Oddity["rule"], line, found: shortened(text.slice(...range)) });
  }
  return { imports, oddities };
}

const READER: Deno.lint.Plugin = {
  name: "reader",
  rules: {
    import: {
      create(context) {
        return {
          ImportDeclaration(node) {
            if (node.importKind !== "type") context.report({ node, message: node.source.value });
          },
          ExportAllDeclaration(node) {
            context.report({ node, message: node.source.value });
          },
          ExportNamedDeclaration(node) {
            if (node.source !== null) context.report({ node, message: node.source.value });
          },
          ImportExpression(node) {
            if (isText(node.source)) context.report({ node, message: node.source.value });
          },
        };
      },
    },
    "import-type": {
      create(context) {
        return {
          ImportDeclaration(node) {
            if (node.importKind === "type") context.report({ node, message: node.source.value });
          },
          TSImportType(node) {
            const { argument } = node;
            if (argument.type === "TSLiteralType" && isText(argument.literal)) {
              context.report({ node, message: argument.literal.value });
            }
          },
        };
      },
    },
    oddity: {
      create(context) {
        const report: Report = (node, message) => context.report({ node, message });
        return {
          TSAnyKeyword: (node) => report(node, "any"),
          "TSAsExpression > TSAsExpression": (node: Deno.lint.Node) => report(node, "double-assertion"),
          ImportExpression(node) {
            if (!isText(node.source)) report(node, "hidden-import");
          },
          MemberExpression: (node) => memberOddity(node, report),
          Property: (node) => propertyOddity(node, report),
          ForStatement(node) {
            if (node.test === null) report(node, "endless-loop");
          },
          WhileStatement(node) {
            if (node.test.type === "Literal") report(node, "endless-loop");
          },
          NewExpression(node) {
            if (isNamed(node.callee, ["Date"]) && node.arguments.length === 0) report(node, "impure");
          },
          CallExpression(node) {
            if (isNamed(node.callee, ["fetch", "setTimeout", "setInterval"])) report(node, "impure");
            if (searchesProse(node)) report(node, "prose");
          },
        };
      },
    },
  },
};

/** What belongs to a host, a clock or chance. */
const IMPURE: Record<string, readonly string[] | "all"> = {
  Deno: "all",
  process: "all",
  performance: "all",
  localStorage: "all",
  Date: ["now"],
  Math: ["random"],
  crypto: ["randomUUID", "getRandomValues"],
};

function memberOddity(node: Deno.lint.MemberExpression, report: Report): void {
  const { object, property } = node;
  if (isNamed(property, ["only"]) && isTestFunction(object)) return report(node, "focused-test");
  if (isNamed(property, ["ignore"]) && isTestFunction(object)) return report(node, "skipped-test");
  if (object.type !== "Identifier" || !Object.hasOwn(IMPURE, object.name)) return;
  const names = IMPURE[object.name];
  if (names === "all" || (names !== undefined && isNamed(property, names))) report(node, "impure");
}

/** `{ only: true }` and `{ ignore: true }`; a computed `ignore` depends on the machine and says why itself. */
function propertyOddity(node: Deno.lint.Property, report: Report): void {
  if (node.value.type !== "Literal" || node.value.value !== true) return;
  if (isNamed(node.key, ["only"])) report(node, "focused-test");
  if (isNamed(node.key, ["ignore"])) report(node, "skipped-test");
}

/** Names of what holds words for people; `message` is one unless it is a stranger's error. */
const PROSE =
  /(^|_)(reason|lastError|last_error|remedy|actor|created_by|createdBy|changed_by|words|detail|cause|note)$|Reason$/;

/** Whether words for people are looked through: whoever rewords them changes what the program does. */
function searchesProse({ callee: outer, arguments: args }: Deno.lint.CallExpression): boolean {
  const callee = outer.type === "ChainExpression" ? outer.expression : outer;
  if (callee.type !== "MemberExpression") return false;
  const [first] = args;
  if (
    isNamed(callee.property, ["startsWith", "endsWith", "includes", "indexOf", "match", "matchAll", "search"])
  ) {
    return isProse(callee.object);
  }
  return isNamed(callee.property, ["test", "exec"]) && first !== undefined && isProse(first);
}

function isProse(node: Deno.lint.Node): boolean {
  switch (node.type) {
    case "Identifier":
      return PROSE.test(node.name);
    case "MemberExpression":
      if (node.property.type !== "Identifier") return false;
      if (/^to(Lower|Upper)Case$|^trim$/.test(node.property.name)) return isProse(node.object);
      return node.property.name === "message" ? !isError(node.object) : PROSE.test(node.property.name);
    case "CallExpression": // String(reason), reason.toLowerCase()
      return node.arguments.some((argument) => isProse(argument)) || isProse(node.callee);
    case "LogicalExpression": // reason ?? ""
      return isProse(node.left);
    case "ChainExpression":
    case "TSNonNullExpression":
    case "TSAsExpression":
      return isProse(node.expression);
    default:
      return false;
  }
}

/** What others threw has words of theirs, and often nothing else. */
function isError(node: Deno.lint.Node): boolean {
  return node.type === "Identifier" && /error|failure|cause/i.test(node.name) ||
    node.type === "MemberExpression" && isError(node.property);
}

/** `Deno.test`, `test`, `it`, `describe`, `t.step`. */
function isTestFunction(node: Deno.lint.Node): boolean {
  const name = node.type === "MemberExpression" ? node.property : node;
  return isNamed(name, ["test", "it", "describe", "step"]);
}

function isNamed(node: Deno.lint.Node, names: readonly string[]): boolean {
  return node.type === "Identifier" && names.includes(node.name);
}

function isText(node: Deno.lint.Node): node is Deno.lint.StringLiteral {
  return node.type === "Literal" && typeof node.value === "string";
}

function shortened(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.length > 60 ? `${flat.slice(0, 60)}…` : flat;
}
