/** Rejected rows of one kind as a table whose cells can be written in; only the rows in sight are on the page. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { cellBeyondHeader } from "../../../shared/intake/columns.ts";
import { whole } from "../../look/figures.ts";
import type { Bench, Group } from "./bench.ts";

/** Height of a row in pixels, as the style sheet has it. */
const ROW_HEIGHT = 40;
/** Rows beyond the edge that are there before they come into sight. */
const OVERSCAN = 8;

export function Grid({ bench, group, header, changed }: {
  readonly bench: Bench;
  readonly group: Group;
  readonly header: readonly string[];
  /** Called after each change. */
  readonly changed: () => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: group.rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const width = Math.max(header.length, ...group.rows.map((at) => bench.cellsOf(at).length));
  const columns = Array.from(
    { length: width },
    (_, column) => header[column]?.trim() || cellBeyondHeader(column),
  );
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div ref={frame} className="scroll grid" tabIndex={0} role="region" aria-label="Rows to mend">
      <table aria-rowcount={group.rows.length + 1}>
        <thead>
          <tr>
            <th scope="col" className="number">Row</th>
            <th scope="col">Now</th>
            {columns.map((name, column) => <th key={column} scope="col" className="keep">{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Space height={above} width={width} />}
          {items.map(({ index }) => (
            <Row
              key={group.rows[index]}
              bench={bench}
              at={group.rows[index] ?? 0}
              position={index + 2}
              columns={columns}
              changed={changed}
            />
          ))}
          {below > 0 && <Space height={below} width={width} />}
        </tbody>
      </table>
    </div>
  );
}

function Space({ height, width }: { readonly height: number; readonly width: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={width + 2} ref={(cell) => void cell?.style.setProperty("height", `${height}px`)} />
    </tr>
  );
}

function Row({ bench, at, position, columns, changed }: {
  readonly bench: Bench;
  readonly at: number;
  readonly position: number;
  readonly columns: readonly string[];
  readonly changed: () => void;
}) {
  const number = bench.rows[at]?.number ?? 0;
  const cells = bench.cellsOf(at);
  const problems = bench.problemsOf(at);
  const words = problems.map(({ message }) => message).join(" ");
  const wordsId = `trouble-${at}`;
  return (
    <tr aria-rowindex={position}>
      <th scope="row" className="number">{whole(number)}</th>
      <td className="trouble">
        <span id={wordsId} className={problems.length === 0 ? "good" : "bad"} title={words}>
          {problems.length === 0 ? "good" : words}
        </span>
        {bench.isChanged(at) && (
          <button
            type="button"
            aria-label={`Take back row ${number}`}
            onClick={() => {
              bench.undo(at);
              changed();
            }}
          >
            ↶
          </button>
        )}
      </td>
      {columns.map((name, column) => {
        const field = bench.rules.fields[column] ?? null;
        const isWrong = problems.some((problem) => problem.field !== null && problem.field === field);
        return (
          <td key={column}>
            <input
              aria-label={`${name} of row ${number}`}
              aria-invalid={isWrong}
              aria-describedby={isWrong ? wordsId : undefined}
              readOnly={!bench.mayChange(at, column)}
              spellCheck={false}
              value={cells[column] ?? ""}
              onChange={(event) => {
                bench.write(at, column, event.target.value);
                changed();
              }}
            />
          </td>
        );
      })}
    </tr>
  );
}
