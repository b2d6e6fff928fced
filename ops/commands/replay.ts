/** `ops replay`: sends a corrected errors.csv back. See docs/repair.md. */
import type { AnsweredBy } from "../../shared/http/client.ts";
import { askIntake, batchIdOf, describeBatch } from "../batches/ask.ts";
import { nameOf, shortId } from "../batches/words.ts";
import { fileOf } from "../batches/send.ts";
import { command, EXIT } from "../command.ts";

type Replayed = AnsweredBy<"POST /intake/batches/:id/replay">["body"];

export const replay = command<Replayed>({
  name: "replay",
  effects: "a batch of its own; a refused batch that comes within its limit runs again by itself",
  words: "<batch> <file>",
  wordCount: [2, 2],
  examples: [
    ["3f2a1b2c errors.csv", "send corrected rows back"],
    ["3f2a1b2c errors.csv --env prod --yes", "on prod, unasked"],
  ],
  async run({ target, typed, confirm }, report) {
    const [given = "", path = ""] = typed.words;
    const body = await fileOf(path);
    const id = await batchIdOf(target, given);
    await confirm(`Replay ${path} for ${nameOf(await describeBatch(target, id))}`);
    const { body: replayed } = await askIntake(target, "POST /intake/batches/:id/replay", {
      path: { id },
      body,
    });
    report(replayed);
    return EXIT.fine;
  },
  show: ({ batch_id, replay_of, duplicate, filename }) => {
    const [batch, original] = [shortId(batch_id ?? ""), shortId(replay_of ?? "")];
    if (duplicate) {
      return `Nothing new: these very bytes are batch ${batch} already. Was the corrected file saved?`;
    }
    return [
      `${filename} is batch ${batch}, a replay of ${original}.`,
      `See how it ends: ops batches --search ${batch}`,
      `What is still wrong: ops errors ${batch}`,
    ].join("\n");
  },
});
