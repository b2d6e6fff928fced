/** `ops ingest-trigger`: brings files in, or takes in what lies in the bucket without a batch. */
import type { Batch } from "../../shared/intake/record.ts";
import { askIntake } from "../batches/ask.ts";
import { followBatches } from "../batches/follow.ts";
import { remarkOn, shortId } from "../batches/words.ts";
import { filesOf, sendFile, type Sent } from "../batches/send.ts";
import { command, type Context, EXIT, type Pen, UsageError } from "../command.ts";
import { operatorName } from "../operator.ts";
import { plain, table } from "../../checkout/table.ts";

/** One file, how it came in, and its batch as last seen: null when it has none, or nobody watched. */
type Came = Sent & { readonly batch: Batch | null };
interface Triggered {
  readonly swept: boolean;
  readonly watched: boolean;
  readonly files: readonly Came[];
}

export const ingestTrigger = command<Triggered>({
  name: "ingest-trigger",
  effects: "a batch for every file whose bytes are new; audit events",
  words: "[file…|folder]",
  wordCount: [0, 1000],
  flags: {
    watch: { type: "boolean", help: "follow until each has ended, or waits for a person" },
    source: { type: "string", value: "NAME", help: "whose files they are (default simplicity)" },
  },
  examples: [
    ["march.csv --watch", "send a file and follow it to its end"],
    ["", "take in what lies in the bucket unnoticed"],
  ],
  async run(context, report) {
    const { typed } = context;
    const swept = typed.words.length === 0;
    const source = typed.text("source") ?? null;
    if (swept && source !== null) throw new UsageError("--source is for files: name them.");
    const sent = swept ? await sweep(context) : await send(context, source);
    const watched = typed.on("watch");
    const ids = sent.flatMap(({ batch_id }) => batch_id === null ? [] : [batch_id]);
    const seen = watched ? await followBatches(context, ids) : new Map<string, Batch>();
    const files = sent.map((one) => ({ ...one, batch: seen.get(one.batch_id ?? "") ?? null }));
    report({ swept, watched, files });
    return codeOf(files);
  },
  show,
});

/** The same function cron and the sentinel call. */
async function sweep({ target, confirm }: Context): Promise<Sent[]> {
  await confirm("Sweep the bucket");
  const swept = await (await target.hands()).sweep(operatorName());
  return swept.map(({ batch_id, storage_path }) => ({
    file: storage_path,
    outcome: "accepted",
    batch_id,
    reason: null,
  }));
}

async function send(context: Context, source: string | null): Promise<Sent[]> {
  const files = await filesOf(context.typed.words);
  await askIntake(context.target, "GET /intake/batches", { query: { page_size: 1 } }); // a wrong key is told once, not for every file
  await context.confirm(files.length === 1 ? `Send ${files[0]}` : `Send ${files.length} files`);
  const sent: Sent[] = [];
  for (const file of files) {
    if (context.stopping.aborted) break;
    sent.push(await sendFile(context, file, source));
  }
  return sent;
}

function codeOf(files: readonly Came[]): number {
  if (files.some(({ outcome }) => outcome === "not_sent")) return EXIT.failed;
  return files.some(({ outcome, batch }) => outcome === "refused" || isUnfinished(batch))
    ? EXIT.notFine
    : EXIT.fine;
}

function isUnfinished(batch: Batch | null): boolean {
  return batch?.status === "failed" || batch?.status === "awaiting_approval";
}

function show({ swept, watched, files }: Triggered, pen: Pen): string {
  if (files.length === 0) {
    return "The bucket holds no file without a batch. (Files of the last two minutes are left to the bucket's own trigger.)";
  }
  const listed = watched ? outcomes(files) : arrivals(files);
  const next = watched || files.every(({ batch_id }) => batch_id === null)
    ? []
    : ["", pen.dim("See how they end: ops batches, or next time --watch")];
  return [...(swept ? ["Taken in from the bucket:"] : []), listed, ...next].join("\n");
}

const WORDS = {
  accepted: "taken in",
  known: "known already",
  refused: "REFUSED",
  not_sent: "NOT SENT",
} as const;

function arrivals(files: readonly Came[]): string {
  return table(
    ["file", "outcome", "batch"],
    files.map(({ file, outcome, batch_id }) => [
      file,
      WORDS[outcome],
      batch_id === null ? null : shortId(batch_id),
    ]),
    "",
    (at) => reasonOf(files[at]),
  );
}

function outcomes(files: readonly Came[]): string {
  return table(
    ["file", "outcome", "batch", "rows", "valid", "rejected", "inserted", "duplicate", "unread"],
    files.map(({ file, outcome, batch_id, batch }) => {
      const own = outcome === "accepted" ? batch : null; // what known bytes did, they did before
      return [
        file,
        own?.status ?? WORDS[outcome],
        batch_id === null ? null : shortId(batch_id),
        own?.row_count_total,
        own?.row_count_valid,
        own?.row_count_invalid,
        own?.row_count_inserted,
        own?.row_count_duplicate,
        own?.row_count_unread,
      ];
    }),
    "",
    (at) => reasonOf(files[at]),
  );
}

function reasonOf(file: Came | undefined): string | null {
  if (file === undefined) return null;
  if (file.reason !== null) return plain(file.reason);
  if (file.outcome === "known") {
    return `the same bytes came in before${
      file.batch === null ? "" : `: that batch is ${file.batch.status}`
    }`;
  }
  return file.batch === null ? null : remarkOn(file.batch);
}
