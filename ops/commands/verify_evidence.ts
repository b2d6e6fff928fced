/** `ops verify-evidence`: every file kept as proof, read back and hashed again. CONTRACT §6. */
import { plain } from "../../checkout/table.ts";
import { ObjectStore } from "../../shared/data/object_store.ts";
import { command, EXIT } from "../command.ts";
import { type Rehashed, rehashEvidence } from "../proof/rehash.ts";

export const verifyEvidence = command<Rehashed>({
  name: "verify-evidence",
  effects: "nothing",
  examples: [
    ["", "on the local stack"],
    ["--env prod --json", "for a record of what was read and hashed"],
  ],
  async run({ target, stopping }, report) {
    const headers = { apikey: await target.need("secretKey") };
    const objects = new ObjectStore(await target.need("apiUrl"), headers, fetch);
    const found = await rehashEvidence(await target.sql(), objects, stopping);
    report(found);
    return found.differing.length === 0 ? EXIT.fine : EXIT.notFine;
  },
  show({ files, bytes, retired, differing }, pen) {
    const counted = `${files} files, ${bytes} bytes read${retired === 0 ? "" : `, ${retired} retired`}`;
    return [
      ...differing.map(({ evidence_file_id, bucket_path, problem }) =>
        `${pen.bad("FAIL")} ${evidence_file_id} ${plain(bucket_path)} ${plain(problem)}`
      ),
      differing.length === 0
        ? pen.good(`ok: ${counted}; each is what was registered`)
        : pen.bad(`${differing.length} not what was registered (${counted})`),
      ...(differing.length === 0 ? [] : [
        "   → keep bucket and database as they are; an older version may be in the storage provider's backups; find out who wrote",
      ]),
    ].join("\n");
  },
});
