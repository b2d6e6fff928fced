/**
 * A chart on a canvas. It is loaded late, and stands beside a table that says the same: who cannot see it loses nothing.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "react";
import type { Drawn } from "./series.ts";

/** How moments are written under a chart: hours in the reader's zone, days as they are. */
export type Ticks = "hours" | "days" | "months";

const HEIGHT = 190;
/** Lines are told apart by their strokes as well, for who does not see the colours. In CSS pixels: on, off. */
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3], [12, 4], [4, 2]];

export interface PlotProps {
  readonly drawn: Drawn;
  readonly kind: "bars" | "lines";
  readonly ticks: Ticks;
  /** What is seen, in a sentence. */
  readonly label: string;
  /** A value as people read it. */
  readonly write: (value: number) => string;
}

export default function Plot({ drawn, kind, ticks, label, write }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const look = useLook();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = new uPlot(
      optionsOf({ drawn, kind, ticks, write }, element.clientWidth, setPointed),
      [[...drawn.moments], ...drawn.series.map(({ values }) => [...values])],
      element,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [drawn, kind, ticks, write, look]);
  const moment = pointed === null ? undefined : drawn.moments[pointed];
  return (
    <figure className="plot">
      <div ref={place} role="img" aria-label={label} />
      <figcaption>
        {drawn.series.map(({ name, values }, at) => {
          const value = pointed === null ? null : values[pointed];
          return (
            <span key={name}>
              <svg className={`key key-${at + 1}`} viewBox="0 0 24 8" aria-hidden="true">
                {kind === "bars"
                  ? <rect width="24" height="8" />
                  : <path d="M0 4H24" strokeDasharray={DASHES[at]?.join(" ")} />}
              </svg>
              {name}
              {value !== null && value !== undefined && <b>{write(value)}</b>}
            </span>
          );
        })}
        <span className="quiet">{moment === undefined ? "" : written(moment, ticks)}</span>
      </figcaption>
    </figure>
  );
}

function optionsOf(
  { drawn, kind, ticks, write }: Omit<PlotProps, "label">,
  width: number,
  point: (at: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour("--quiet"),
    font: '11px "JetBrains Mono Variable", monospace',
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  const bars = uPlot.paths.bars?.({ size: [0.8, 40] });
  const [only] = drawn.moments.length === 1 ? drawn.moments : [];
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    hooks: { setCursor: [(chart) => point(chart.cursor.idx ?? null)] },
    scales: {
      x: { time: false, ...(only === undefined ? {} : { range: [only - 1, only + 1] }) },
      y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        space: 70,
        splits: (_chart, _axis, low, high) => splitsOf(drawn.moments, ticks, low, high, width),
        values: (_chart, splits) => splits.map((at) => tick(at, ticks)),
      },
      { ...axis, size: 64, values: (_chart, splits) => splits.map(write) },
    ],
    series: [
      {},
      ...drawn.series.map(({ name }, at): uPlot.Series => {
        const stroke = colour(`--chart-${at + 1}`);
        return kind === "bars"
          ? {
            label: name,
            stroke,
            fill: stroke,
            width: 0,
            points: { show: false },
            ...(bars && { paths: bars }),
          }
          : {
            label: name,
            stroke,
            width: 2,
            dash: [...DASHES[at] ?? []],
            spanGaps: true,
            points: { show: true, size: 5 },
          };
      }),
    ],
  };
}

/** Where the axis is written on: midnights of the reader, else the moments there are, as far as there is room. */
function splitsOf(
  moments: readonly number[],
  ticks: Ticks,
  low: number,
  high: number,
  width: number,
): number[] {
  const shown = moments.filter((at) =>
    at >= low && at <= high && (ticks !== "hours" || new Date(at * 1000).getHours() === 0)
  );
  const every = Math.max(1, Math.ceil(shown.length * 80 / Math.max(width, 1)));
  return shown.filter((_, at) => at % every === 0);
}

function tick(at: number, ticks: Ticks): string {
  if (ticks === "hours") return local(at).slice(5, 10);
  return ticks === "days" ? written(at, ticks).slice(5) : written(at, ticks);
}

function written(at: number, ticks: Ticks): string {
  return ticks === "hours"
    ? local(at)
    : new Date(at * 1000).toISOString().slice(0, ticks === "days" ? 10 : 7);
}

const LOCAL = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeStyle: "short", hourCycle: "h23" });
function local(at: number): string {
  return LOCAL.format(new Date(at * 1000)).replace(", ", " ");
}

/** Changes whenever colours do: a canvas keeps what was painted. */
function useLook(): string {
  const read = () => getComputedStyle(document.documentElement).getPropertyValue("--ground");
  const [look, setLook] = useState(read);
  useEffect(() => {
    const again = () => setLook(read());
    const chosen = new MutationObserver(again);
    chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: light)");
    system.addEventListener("change", again);
    return () => {
      chosen.disconnect();
      system.removeEventListener("change", again);
    };
  }, []);
  return look;
}
