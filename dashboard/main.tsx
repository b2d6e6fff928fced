/** The dashboard: who is not signed in gets the sign-in and nothing else; the pages come beside it, and are shown then. */
import "@fontsource-variable/jetbrains-mono";
import "./look/style.css";
import { type ComponentType, StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { loadConfig } from "./config.ts";
import { restoreTheme } from "./look/theme.ts";
import { whenIdle } from "./look/when_idle.ts";
import { type Calls, makeCalls } from "./session/calls.ts";
import { DeskContext } from "./session/context.tsx";
import { type Person, Sessions } from "./session/session.ts";
import { SignIn } from "./session/sign_in.tsx";

/** What is shown: the pages once there is somebody for them. */
interface Shown {
  readonly person: Person | null;
  readonly Pages: ComponentType | null;
}

const NOBODY: Shown = { person: null, Pages: null };

async function shownTo(person: Person | null): Promise<Shown> {
  if (person === null) return NOBODY;
  return { person, Pages: person.role === "none" ? null : (await import("./pages.tsx")).Pages };
}

function Dashboard({ sessions, calls, first }: {
  readonly sessions: Sessions;
  readonly calls: Calls;
  readonly first: Shown;
}) {
  const [{ person, Pages }, setShown] = useState(first);
  const [why, setWhy] = useState<unknown>(null);
  useEffect(() => {
    let latest: Person | null = null;
    const show = async (now: Person | null) => {
      latest = now;
      const shown = await shownTo(now);
      if (latest === now) setShown(shown);
    };
    return sessions.listen((now) => void show(now).catch(setWhy));
  }, [sessions]);
  useEffect(() => whenIdle(() => void sessions.prepare()), [sessions]);
  const email = person?.email;
  const role = person?.role;
  const desk = useMemo(
    () =>
      email === undefined || role === undefined
        ? null
        : { calls, person: { email, role }, signOut: () => void sessions.signOut() },
    [calls, email, role, sessions],
  );
  if (why !== null) return <Broken error={why} />;
  if (desk === null) return <SignIn sessions={sessions} />;
  if (Pages === null) {
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

/** Nothing can be shown: the page was set up wrong, or a part of it cannot be loaded. */
function Broken({ error }: { readonly error: unknown }) {
  return (
    <main className="sign-in">
      <h1 className="brand">DRAGONFLY</h1>
      <p role="alert" className="bad">{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" onClick={() => location.reload()}>Load it again</button>
    </main>
  );
}

async function open(): Promise<void> {
  restoreTheme();
  const root = createRoot(document.getElementById("root") ?? document.body);
  const fail = (error: unknown) => root.render(<Broken error={error} />);
  try {
    const config = loadConfig();
    const sessions = new Sessions(config);
    const first = await shownTo(await sessions.restore());
    root.render(
      <StrictMode>
        <Dashboard sessions={sessions} calls={makeCalls(config, sessions)} first={first} />
      </StrictMode>,
    );
    await config; // nobody waits for it to type
  } catch (error) {
    fail(error);
  }
}

void open();
