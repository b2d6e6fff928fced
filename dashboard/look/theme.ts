/** Dark or light: the system's choice until the reader makes another, which this browser remembers. */

const KEY = "dragonfly.theme";
type Theme = "dark" | "light";

/** What is shown now. */
export function theme(): Theme {
  const set = document.documentElement.dataset["theme"];
  if (set === "dark" || set === "light") return set;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** As the reader chose it before. */
export function restoreTheme(): void {
  const kept = localStorage.getItem(KEY);
  if (kept === "dark" || kept === "light") document.documentElement.dataset["theme"] = kept;
}

/** The other one, from now on. */
export function switchTheme(): Theme {
  const other = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = other;
  localStorage.setItem(KEY, other);
  return other;
}
