/** The name of a page: at its top, in the browser's tab, and where who listens or types begins. */
import { useEffect, useRef } from "react";

let isFirst = true; // the page one came with is not one that was gone to

export function Heading({ children }: { readonly children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  useEffect(() => {
    document.title = `${children} · Dragonfly`;
  }, [children]);
  return <h1 ref={heading} tabIndex={-1} className="keep">{children}</h1>;
}
