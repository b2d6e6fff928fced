/** The dashboard: reads its configuration, then shows the sign-in or the pages. */
import "@fontsource-variable/jetbrains-mono";
import "./look/style.css";
import { StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import * as z from "zod";
import { loadConfig } from "./config.ts";
import { restoreTheme } from "./look/theme.ts";
import { type Calls, makeCalls } from "./session/calls.ts";
import { DeskContext } from "./session/context.tsx";
import { type Person, Sessions } from "./session/session.ts";
import { SignIn } from "./session/sign_in.tsx";
import { Pages } from "./pages.tsx";

z.config({ jitless: true }); // the page's policy allows no code that is made at run time

function Dashboard({ sessions, calls, first }: {
  readonly sessions: Sessions;
  readonly calls: Calls;
  readonly first: Person | null;
}) {
  const [person, setPerson] = useState(first);
  useEffect(() => sessions.listen(setPerson), [sessions]);
  const email = person?.email;
  const role = person?.role;
  const desk = useMemo(
    () =>
      email === undefined || role === undefined
        ? null
        : { calls, person: { email, role }, signOut: () => void sessions.signOut() },
    [calls, email, role, sessions],
  );
  if (desk === null) return <SignIn sessions={sessions} />;
  if (desk.person.role === "none") {
    return (
      <main className="sign-in">
        <h1 className="brand">DRAGONFLY</h1>
        <p>{desk.person.email} has no rights here. Ask an operator: ops users add.</p>
        <button type="button" onClick={desk.signOut}>Sign out</button>
      </main>
    );
  }
  return (
    <DeskContext value={desk}>
      <Pages />
    </DeskContext>
  );
}

async function open(): Promise<void> {
  restoreTheme();
  const root = createRoot(document.getElementById("root") ?? document.body);
  try {
    const config = await loadConfig();
    const sessions = new Sessions(config);
    const first = await sessions.restore();
    root.render(
      <StrictMode>
        <Dashboard sessions={sessions} calls={makeCalls(config, sessions)} first={first} />
      </StrictMode>,
    );
  } catch (error) {
    root.render(
      <main className="sign-in">
        <h1 className="brand">DRAGONFLY</h1>
        <p role="alert" className="bad">{error instanceof Error ? error.message : String(error)}</p>
      </main>,
    );
  }
}

void open();
