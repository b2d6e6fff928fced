/** A chart with the table that says the same behind it. */
import { lazy, type ReactNode, Suspense } from "react";
import type { PlotProps } from "./plot.tsx";

const Plot = lazy(() => import("./plot.tsx"));

export function Chart(props: PlotProps) {
  return (
    <Suspense fallback={<p className="plot quiet">Drawing …</p>}>
      <Plot {...props} />
    </Suspense>
  );
}

export function AsTable({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <details className="as-table">
      <summary>{name} as a table</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={name}>
        <table>{children}</table>
      </div>
    </details>
  );
}
