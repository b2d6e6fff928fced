/** What every page stands on: the calls, and who is signed in. */
import { createContext, useContext } from "react";
import type { Calls } from "./calls.ts";
import type { Person } from "./session.ts";

/** What pages get. */
export interface Desk {
  readonly calls: Calls;
  readonly person: Person;
  readonly signOut: () => void;
}

export const DeskContext = createContext<Desk | null>(null);

/** @throws outside of a signed-in page. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("Cannot use the desk: nobody is signed in");
  return desk;
}
