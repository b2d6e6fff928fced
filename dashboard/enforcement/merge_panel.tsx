/** Finds plaintiffs with near names, says what merging two would do, and does it once the name is typed and a reason given. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Plaintiff, PlaintiffRecord } from "../../shared/http/answers/enforcement.ts";
import { counted, dollars, whole } from "../look/figures.ts";
import { Question, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { nearest, wordToFind } from "./near_names.ts";
import { mergeWords, nameOf } from "./words.ts";

/** Plaintiffs that are asked for by a word, and of which the near ones are shown. */
const MOST = 200;
/** Shown at most: who has more to look through writes more of the name. */
const SHOWN = 20;

export default function MergePanel({ record, close }: {
  readonly record: PlaintiffRecord;
  readonly close: () => void;
}) {
  const { calls } = useDesk();
  const [word, setWord] = useState("");
  const [other, setOther] = useState<Plaintiff | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const q = word.trim() || wordToFind(record.name ?? "");
  const found = useQuery({
    queryKey: ["plaintiffs", "near", q],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { q, page_size: MOST };
      return (await calls.client.call("GET /enforcement/plaintiffs", { query, signal })).body.plaintiffs;
    },
  });
  const all = found.data ?? [];
  const fitting = word.trim() === ""
    ? nearest(record, all)
    : all.filter(({ plaintiff_id }) => plaintiff_id !== record.plaintiff_id);
  return (
    <section className="panel" aria-label="Merge">
      <h2 ref={heading} tabIndex={-1}>The same as another one?</h2>
      <p>
        Two spellings of one plaintiff are two plaintiffs here until somebody says that they are one. Nothing
        is rewritten by it, and it can be taken back.
      </p>
      <label className="inline">
        Find
        <input
          type="search"
          placeholder="part of another name"
          maxLength={200}
          value={word}
          onChange={(event) => setWord(event.target.value)}
        />
      </label>
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {found.data === undefined
        ? found.error === null && <p className="quiet">Loading …</p>
        : (
          <p role="status" className="quiet">
            {fitting.length === 0
              ? word.trim() === ""
                ? "No name is near to this one. Write a part of the other name to find it all the same."
                : "No plaintiff is called like that."
              : `${counted(fitting.length, "plaintiff", "plaintiffs")} ${
                word.trim() === "" ? "with a near name" : "found"
              }.`}
          </p>
        )}
      {fitting.length > 0 && <Found plaintiffs={fitting.slice(0, SHOWN)} choose={setOther} />}
      <div className="row">
        <button type="button" onClick={close}>Close</button>
      </div>
      {other !== null && <Merging record={record} other={other} close={() => setOther(null)} done={close} />}
    </section>
  );
}

function Found({ plaintiffs, choose }: {
  readonly plaintiffs: readonly Plaintiff[];
  readonly choose: (plaintiff: Plaintiff) => void;
}) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Table of near names">
      <table>
        <thead>
          <tr>
            <th scope="col">Plaintiff</th>
            <th scope="col">Authorised</th>
            <th scope="col" className="number">Judgments</th>
            <th scope="col" className="number">Amount</th>
            <th scope="col">
              <span className="unseen">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {plaintiffs.map((plaintiff) => (
            <tr key={plaintiff.plaintiff_id}>
              <th scope="row" className="keep">
                <Link to="/enforcement/plaintiffs/$id" params={{ id: plaintiff.plaintiff_id }}>
                  {nameOf(plaintiff)}
                </Link>
              </th>
              <td>{plaintiff.is_authorized ? "yes" : "no"}</td>
              <td className="number">{whole(plaintiff.case_count)}</td>
              <td className="number">{dollars(plaintiff.total_judgment_amount)}</td>
              <td>
                <button type="button" onClick={() => choose(plaintiff)}>
                  Merge with it<span className="unseen">{` ${nameOf(plaintiff)}`}</span>
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Who stands for both is chosen; one that somebody was merged into can only be that one. */
function Merging({ record, other, close, done }: {
  readonly record: PlaintiffRecord;
  readonly other: Plaintiff;
  readonly close: () => void;
  readonly done: () => void;
}) {
  const { calls } = useDesk();
  const queries = useQueryClient();
  const mustStand = record.merged.length > 0;
  const [isOther, setOther] = useState(!mustStand && other.case_count >= record.case_count);
  const [standing, merged]: readonly [Plaintiff, Plaintiff] = isOther ? [other, record] : [record, other];
  return (
    <Question
      title="Say that the two are one?"
      verb="Merge"
      harmful
      asked={{ kind: "name", name: nameOf(standing), reason: true }}
      close={close}
      act={async (reason) => {
        await calls.client.call("POST /enforcement/plaintiffs/:id/merge", {
          path: { id: merged.plaintiff_id },
          body: { into: standing.plaintiff_id, reason },
        });
        await queries.invalidateQueries();
        done();
      }}
    >
      <label>
        Who stands for both
        <select
          value={isOther ? "other" : "this"}
          disabled={mustStand}
          onChange={(event) => setOther(event.target.value === "other")}
        >
          <option value="this">{nameOf(record)}</option>
          <option value="other">{nameOf(other)}</option>
        </select>
      </label>
      <ul>{mergeWords(standing, merged).map((words) => <li key={words} className="keep">{words}</li>)}</ul>
    </Question>
  );
}
