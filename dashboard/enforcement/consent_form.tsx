/** Registering a consent with the paper that proves it. */
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ConsentType } from "../../shared/enforcement/actions.ts";
import { Progress, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { CONSENT_WORDS } from "./words.ts";

/** The most that is taken for a paper, in bytes: 50 MiB. */
const LARGEST_BYTES = 50 * 1024 * 1024;

/** @param types those that may be chosen; one alone is not asked for. */
export function ConsentForm({ plaintiffId, types, done, leave }: {
  readonly plaintiffId: string;
  readonly types: readonly ConsentType[];
  readonly done: (type: ConsentType, isAuthorized: boolean) => void;
  readonly leave?: () => void;
}) {
  const { calls } = useDesk();
  const queries = useQueryClient();
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [only] = types.length === 1 ? types : [];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const file = form.get("file");
    const type = types.find((one) => one === (only ?? text("type")));
    if (!(file instanceof File) || type === undefined) return;
    setError(null);
    if (file.size === 0 || file.size > LARGEST_BYTES) {
      setError(new Error(file.size === 0 ? "The paper has no bytes." : "The paper is larger than 50 MiB."));
      return;
    }
    setShare(0);
    try {
      const sending = calls.sending((bytes) => setShare(Math.min(1, bytes / file.size)));
      const { body } = await sending.call("POST /enforcement/consents", {
        body: {
          file,
          filename: file.name,
          plaintiff_id: plaintiffId,
          consent_type: type,
          version: text("version"),
          valid_from: text("from") || undefined,
          valid_until: text("until") || undefined,
        },
      });
      done(type, body.is_authorized);
      await queries.invalidateQueries();
    } catch (caught) {
      setError(caught);
    }
    setShare(null);
  };
  return (
    <form className="fields" aria-label="Register a consent" onSubmit={(event) => void submit(event)}>
      {only === undefined
        ? (
          <label>
            Consent
            <select name="type" required>
              {types.map((type) => <option key={type} value={type}>{CONSENT_WORDS[type]}</option>)}
            </select>
          </label>
        )
        : <p className="whole">Register the {CONSENT_WORDS[only]}, with the signed paper.</p>}
      <label>
        Version
        <input name="version" required maxLength={50} defaultValue="1" />
      </label>
      <label>
        Holds from (empty: now)
        <input name="from" type="date" />
      </label>
      <label>
        Holds through (empty: no end)
        <input name="until" type="date" />
      </label>
      <label className="whole">
        Signed paper
        <input name="file" type="file" required />
      </label>
      {share !== null && <Progress share={share} label="Sent" />}
      {error !== null && <Trouble error={error} />}
      <div className="row whole">
        <button type="submit" className="main" disabled={share !== null}>
          {share === null ? "Register" : "Sending …"}
        </button>
        {leave !== undefined && <button type="button" onClick={leave}>Leave it</button>}
      </div>
    </form>
  );
}
