/** The page of somebody who is not signed in. */
import { type FormEvent, useEffect, useState } from "react";
import { whenIdle } from "../look/when_idle.ts";
import type { Sessions } from "./session.ts";

export function SignIn({ sessions }: { readonly sessions: Sessions }) {
  const [why, setWhy] = useState<string | null>(
    sessions.hasExpired ? "Your session has ended. Sign in again; what was sent goes on meanwhile." : null,
  );
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    performance.mark("sign-in form can be typed in"); // `deno task bench:dashboard` reads it
    return whenIdle(() => void import("../pages.tsx").catch(() => {})); // asked for again when somebody is there
  }, []);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setWhy(await sessions.signIn(String(form.get("email")), String(form.get("password"))));
    setBusy(false);
  };
  return (
    <main className="sign-in">
      <h1 className="brand">DRAGONFLY</h1>
      <p className="quiet">Court judgments, from file to record.</p>
      <form onSubmit={submit}>
        <label>
          E-mail
          <input name="email" type="email" autoComplete="username" required autoFocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <p role="alert" className="bad">{why}</p>
        <button type="submit" className="main" disabled={busy}>{busy ? "Signing in …" : "Sign in"}</button>
      </form>
      <p className="quiet small">No account? An operator makes one: ops users add.</p>
    </main>
  );
}
