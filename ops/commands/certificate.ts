/** `ops certificate`: the signed certificate of a batch or an action, as a file that a stranger checks offline. */
import { createHash } from "node:crypto";
import { askIntake } from "../batches/ask.ts";
import { CannotRun, command, type Context, Declined, EXIT } from "../command.ts";
import { findId } from "../ids.ts";
import { grouped } from "../../checkout/table.ts";

const KINDS = ["batch", "action"] as const;
type Kind = typeof KINDS[number];

interface Written {
  readonly kind: Kind;
  readonly id: string;
  readonly file: string;
  readonly size_bytes: number;
  /** Of the whole file, hex: to be told beside it. */
  readonly sha256: string;
}

export const certificate = command<Written>({
  name: "certificate",
  effects: "a new file here, and nothing in the system",
  words: "<batch|action>",
  wordCount: [1, 1],
  flags: {
    output: {
      type: "string",
      value: "FILE",
      help: "where to write it (default: certificate-<kind>-<id>.tar, here)",
    },
  },
  examples: [
    ["3f2a1b2c", "of the batch, or the action, that begins with these characters"],
    ["3f2a1b2c --env prod --output smith-v-jones.tar", "under a name of its own"],
  ],
  async run(context, report) {
    const { kind, id } = await find(context, context.typed.words[0] ?? "");
    const { body } = kind === "batch"
      ? await askIntake(context.target, "GET /intake/batches/:id/certificate", { path: { id } })
      : await askIntake(context.target, "GET /enforcement/actions/:id/certificate", { path: { id } });
    const file = context.typed.text("output") ?? `certificate-${kind}-${id}.tar`;
    await write(file, body);
    const sha256 = createHash("sha256").update(body).digest("hex");
    report({ kind, id, file, size_bytes: body.length, sha256 });
    return EXIT.fine;
  },
  show: ({ kind, id, file, size_bytes, sha256 }) =>
    [
      `${file}: the certificate of ${kind} ${id}, ${grouped(size_bytes)} bytes`,
      `SHA-256 ${sha256}`,
      `Whoever gets it checks it with docs/verify.mjs, or by hand: docs/proof.md. The key to check it with: GET /system/keys`,
    ].join("\n"),
});

/** A batch, else an action: nobody who has an id has to know of what. @throws as findId. */
async function find({ target }: Context, typed: string): Promise<{ kind: Kind; id: string }> {
  const hands = await target.hands();
  for (const kind of KINDS) {
    try {
      return { kind, id: await findId(hands, kind, typed) };
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
    }
  }
  throw new Declined(`There is no batch and no action ${typed}.`);
}

/** Proof that somebody has already given away is not written over. */
async function write(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await Deno.writeFile(file, bytes, { createNew: true });
  } catch (error) {
    throw new CannotRun(
      error instanceof Deno.errors.AlreadyExists
        ? `${file} is there already: name another with --output.`
        : `Cannot write ${file}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
