/** Who is signed in, kept by Supabase Auth, and what that person may do. */
import { AuthClient, type Session } from "@supabase/auth-js";
import type { Config } from "../config.ts";

/** What a person may do here; `none` for an account that was given no rights. */
export type PersonRole = "operator" | "viewer" | "none";

/** A person who is signed in. */
export interface Person {
  readonly email: string;
  readonly role: PersonRole;
}

type Listener = (person: Person | null) => void;

/** The session of this browser. */
export class Sessions {
  readonly #auth: InstanceType<typeof AuthClient>;
  #session: Session | null = null;
  #listeners = new Set<Listener>();
  #isLeaving = false;
  /** True after a session ended without anybody signing out. */
  hasExpired = false;

  constructor({ api_url, publishable_key }: Config) {
    this.#auth = new AuthClient({
      url: `${api_url}/auth/v1`,
      headers: { apikey: publishable_key },
      storageKey: "dragonfly.session",
      detectSessionInUrl: false, // what stands behind # is ours
    });
    this.#auth.onAuthStateChange((_event, session) => this.#take(session));
  }

  /** @returns who was signed in when the page was left. */
  async restore(): Promise<Person | null> {
    const { data } = await this.#auth.getSession();
    this.#take(data.session);
    return personOf(data.session);
  }

  /** Told whenever somebody else is there. @returns what to call to hear no more. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The header of a call. */
  headers(): Record<string, string> {
    return this.#session === null ? {} : { authorization: `Bearer ${this.#session.access_token}` };
  }

  /** @returns why not, or null. */
  async signIn(email: string, password: string): Promise<string | null> {
    const { error } = await this.#auth.signInWithPassword({ email, password });
    this.hasExpired = false;
    if (error === null) return null;
    return error.status === 400
      ? "This address and password do not go together."
      : `Nobody can be signed in now: ${error.message}`;
  }

  async signOut(): Promise<void> {
    this.#isLeaving = true;
    await this.#auth.signOut({ scope: "local" });
    this.#isLeaving = false;
  }

  /** After a call was refused for its session: a new one, or nobody. @returns whether there is a new one. */
  async renew(): Promise<boolean> {
    const { data } = await this.#auth.refreshSession();
    this.#take(data.session);
    if (data.session !== null) return true;
    await this.#auth.signOut({ scope: "local" });
    return false;
  }

  #take(session: Session | null): void {
    if (this.#session !== null && session === null) this.hasExpired = !this.#isLeaving;
    this.#session = session;
    const person = personOf(session);
    for (const listener of this.#listeners) listener(person);
  }
}

function personOf(session: Session | null): Person | null {
  if (session === null) return null;
  const role: unknown = session.user.app_metadata["role"];
  return {
    email: session.user.email ?? "",
    role: role === "operator" || role === "viewer" ? role : "none",
  };
}
