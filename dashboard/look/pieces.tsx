/** Small pieces that pages are put together from. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { NoAnswer, Refused } from "../../shared/http/refused.ts";
import { moment } from "./figures.ts";

/** A moment in the reader's zone, with UTC on hover. */
export function Moment({ at }: { readonly at: string | null }) {
  if (at === null) return <span className="quiet">–</span>;
  return <time dateTime={at} title={`${moment(at, "UTC")} UTC`}>{moment(at)}</time>;
}

/** The state of a batch: a word, a sign and a colour, so that nobody needs the colour. */
export function StateTag({ status }: { readonly status: string }) {
  return <span className={`state state-${status}`}>{status.replaceAll("_", " ")}</span>;
}

/** One figure with its name. */
export function Figure({ name, children, tone }: {
  readonly name: string;
  readonly children: ReactNode;
  readonly tone?: "good" | "warn" | "bad";
}) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd className={tone}>{children}</dd>
    </div>
  );
}

/** How far something is. share: 0 to 1, null for unknown. */
export function Progress({ share, label }: { readonly share: number | null; readonly label: string }) {
  return <progress aria-label={label} max={1} {...(share === null ? {} : { value: share })} />;
}

/** Why something cannot be shown or done, in words for whoever reads them. */
export function wordsOf(error: unknown): string {
  if (error instanceof NoAnswer) return "No answer. The network or the system is away.";
  if (error instanceof Refused && error.problem !== null) {
    return [error.problem.detail, error.problem.fix].filter(Boolean).join(" ");
  }
  return error instanceof Error ? error.message : String(error);
}

/** In place of what could not be loaded. */
export function Trouble({ error, again }: { readonly error: unknown; readonly again?: () => void }) {
  return (
    <div className="notice bad" role="alert">
      <p>{wordsOf(error)}</p>
      {again && <button type="button" onClick={again}>Try again</button>}
    </div>
  );
}

/** How much a person is asked before something is done, in proportion to the harm. */
export type Asked =
  | { readonly kind: "yes" }
  | { readonly kind: "reason" }
  | { readonly kind: "name"; readonly name: string; readonly reason: boolean };

/** A question that must be answered before something is done. */
export function Question({ title, verb, harmful, asked, children, act, close }: {
  readonly title: string;
  readonly verb: string;
  readonly harmful: boolean;
  readonly asked: Asked;
  readonly children: ReactNode;
  /** Does it; what it throws is shown. */
  readonly act: (reason: string) => Promise<void>;
  readonly close: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [name, setName] = useState("");
  const [why, setWhy] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const needsReason = asked.kind === "reason" || (asked.kind === "name" && asked.reason);
  const isAnswered = (!needsReason || reason.trim() !== "") && (asked.kind !== "name" || name === asked.name);
  const go = async () => {
    setBusy(true);
    setWhy(null);
    try {
      await act(reason.trim());
      dialog.current?.close(); // and with it back to where one was
    } catch (error) {
      setWhy(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <h2 id={heading}>{title}</h2>
        {children}
        {needsReason && (
          <label>
            Why, as others will read it
            <input
              value={reason}
              maxLength={500}
              onChange={(event) => setReason(event.target.value)}
              autoFocus
            />
          </label>
        )}
        {asked.kind === "name" && (
          <label>
            <span>
              Type <b className="keep">{asked.name}</b> to show that it is this one
            </span>
            <input
              value={name}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        )}
        <p role="alert" className="bad">{why}</p>
        <div className="row end">
          <button type="button" onClick={() => dialog.current?.close()}>Leave it</button>
          <button type="submit" className={harmful ? "harm" : "main"} disabled={!isAnswered || busy}>
            {busy ? "…" : verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Milliseconds in which a browser has taken what it was given to save. */
const KEPT_MS = 60_000;

/** Hands a file to the browser to save. */
export function save(content: Blob, filename: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
