/** A button that fetches a file and hands it to the browser. */
import { useState } from "react";
import { save, Trouble } from "./pieces.tsx";

/** Ends of file names by content type; what is not here is saved as it is called. */
const ENDINGS: Readonly<Record<string, string>> = {
  "application/pdf": ".pdf",
  "application/x-tar": ".tar",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "text/plain": ".txt",
};

/**
 * @param name of the file; without an ending where the content type gives it one.
 * @param about what it is a file of, for who hears the button and does not see what it stands beside.
 */
export function Download({ words, about, name, open }: {
  readonly words: string;
  readonly about?: string;
  readonly name: string;
  readonly open: () => Promise<Response>;
}) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    setError(null);
    try {
      const content = await (await open()).blob();
      save(content, `${name}${ENDINGS[content.type.split(";")[0] ?? ""] ?? ""}`);
    } catch (caught) {
      setError(caught);
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" disabled={busy} onClick={() => void download()}>
        {words}
        {about !== undefined && <span className="unseen">{` ${about}`}</span>}
      </button>
      {error !== null && <Trouble error={error} />}
    </>
  );
}
