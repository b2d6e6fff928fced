/** Going through a list page by page. */
import { whole } from "./figures.ts";

/** Pages of a list, from 1. */
export function Pager({ page, pages, go }: {
  readonly page: number;
  readonly pages: number;
  readonly go: (page: number) => void;
}) {
  return (
    <nav aria-label="Pages of the list" className="row">
      <button type="button" disabled={page <= 1} onClick={() => go(page - 1)}>Back</button>
      <span>{whole(page)} / {whole(pages)}</span>
      <button type="button" disabled={page >= pages} onClick={() => go(page + 1)}>Next</button>
    </nav>
  );
}
