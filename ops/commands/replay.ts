/** `ops replay`: sends a corrected errors.csv back. See docs/REPAIR.md. */
import * as z from "zod";
import { batchIdOf, describeBatch, refusalOf } from "../batches/ask.ts";
import { nameOf, shortId } from "../batches/words.ts";
import { formOf } from "../batches/send.ts";
import { command, EXIT } from "../command.ts";

const Replayed = z.object({
  batch_id: z.string(),
  replay_of: z.string(),
  status: z.string(),
  duplicate: z.boolean(),
  filename: z.string(),
});
type Replayed = z.infer<typeof Replayed>;

export const replay = command<Replayed>({
  name: "replay",
  summary: "send the corrected errors.csv of a batch back: what is fixed goes in, the rest is told again",
  effects: "a batch of its own; a refused batch that comes within its limit runs again by itself",
  words: "<batch> <file>",
  wordCount: [2, 2],
  async run({ target, typed, confirm }, report) {
    const [given = "", path = ""] = typed.words;
    const form = await formOf(path);
    const id = await batchIdOf(target, given);
    await confirm(`Replay ${path} for ${nameOf(await describeBatch(target, id))}`);
    const response = await target.open("POST", `/intake/batches/${id}/replay`, form);
    const body: unknown = await response.json().catch(() => "");
    if (!response.ok) throw refusalOf({ status: response.status, body });
    report(Replayed.parse(body));
    return EXIT.fine;
  },
  show: ({ batch_id, replay_of, duplicate, filename }) =>
    duplicate
      ? `Nothing new: these very bytes are batch ${shortId(batch_id)} already. Was the corrected file saved?`
      : [
        `${filename} is batch ${shortId(batch_id)}, a replay of ${shortId(replay_of)}.`,
        `See how it ends: ops batches --search ${shortId(batch_id)}`,
        `What is still wrong: ops errors ${shortId(batch_id)}`,
      ].join("\n"),
});
