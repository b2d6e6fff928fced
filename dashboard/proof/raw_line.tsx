/** A line as it stands in a file; null where the file is gone, or to a viewer. */
export function RawLine({ text }: { readonly text: string | null }) {
  if (text === null) {
    return <p className="quiet">The line itself is not shown: the file is gone, or not yours to see.</p>;
  }
  return <pre className="paper" tabIndex={0} role="region" aria-label="The line in the file">{text}</pre>;
}
