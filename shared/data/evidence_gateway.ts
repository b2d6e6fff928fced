/** Files kept as proof, as the database knows them. */
import { EvidenceFile } from "../http/answers/evidence.ts";
import type { By } from "./batch_gateway.ts";
import type { Calls } from "./calls.ts";

/** The private bucket of proof. */
export const EVIDENCE_BUCKET = "evidence";

/** What is registered of an object: only whoever read its bytes back and hashed them can say it. */
export interface Registration {
  readonly bucket_path: string;
  readonly file_name: string;
  /** Of the bytes as storage gave them back, hex. */
  readonly sha256: string;
  readonly size_bytes: number;
  readonly mime_type: string;
  readonly entity_type: string;
  readonly entity_id: string;
  /** Made by a command that proves the system works. */
  readonly is_proof: boolean;
}

/** The calls. */
export class EvidenceGateway {
  constructor(private readonly calls: Calls) {}

  /** Registers an object; asked again about the same one, the same file. @throws DatabaseRefused for other bytes. */
  async register(what: Registration, by: By): Promise<EvidenceFile> {
    const id = await this.calls.call("evidence", "register", { ...what, ...by });
    const file = id === null ? null : await this.find(id);
    if (file === null) throw new TypeError(`Cannot find ${what.bucket_path}, which was just registered`);
    return file;
  }

  /** Null when there is no such file. */
  async find(id: string): Promise<EvidenceFile | null> {
    return EvidenceFile.nullable().parse(await this.calls.call("evidence", "describe_file", { file: id }));
  }
}
