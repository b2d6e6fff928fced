/** Who is signed in, kept by Supabase Auth, and what that person may do. */
import type { AuthClient, Session } from "@supabase/auth-js";
import type { Config } from "../config.ts";

/** What a person may do here; `none` for an account that was given no rights. */
export type PersonRole = "operator" | "viewer" | "none";

/** A person who is signed in. */
export interface Person {
  readonly email: string;
  readonly role: PersonRole;
}

/** What is needed of a session here. */
interface Kept {
  readonly token: string;
  readonly person: Person;
}

type Listener = (person: Person | null) => void;
type Auth = InstanceType<typeof AuthClient>;

const STORAGE_KEY = "dragonfly.session";
/** Milliseconds before its end in which a session is renewed first, as auth-js does it. */
const MARGIN_MS = 90_000;

/** The session of this browser. The code that renews it is loaded when it is needed, or when nothing else is to do. */
export class Sessions {
  readonly #config: Promise<Config>;
  #made: Promise<Auth> | null = null;
  #kept: Kept | null = null;
  #listeners = new Set<Listener>();
  #isLeaving = false;
  /** True after a session ended without anybody signing out. */
  hasExpired = false;

  constructor(config: Promise<Config>) {
    this.#config = config;
  }

  /** @returns who was signed in when the page was left: at once, while what was kept of it holds. */
  async restore(): Promise<Person | null> {
    const stored = localStorage.getItem(STORAGE_KEY);
    if (stored === null) return null;
    this.#kept = readKept(stored, Date.now() + MARGIN_MS);
    if (this.#kept !== null) return this.#kept.person;
    const { data } = await (await this.#auth()).getSession();
    this.#take(data.session);
    return personOf(data.session);
  }

  /** Loads what keeps the session fresh, and hears of other tabs. What fails is tried again when it is needed. */
  async prepare(): Promise<void> {
    await this.#auth().catch(() => {});
  }

  /** Told whenever somebody else is there. @returns what to call to hear no more. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The header of a call. */
  headers(): Record<string, string> {
    return this.#kept === null ? {} : { authorization: `Bearer ${this.#kept.token}` };
  }

  /** @returns why not, or null. */
  async signIn(email: string, password: string): Promise<string | null> {
    try {
      const { error } = await (await this.#auth()).signInWithPassword({ email, password });
      this.hasExpired = false;
      if (error === null) return null;
      return error.status === 400
        ? "This address and password do not go together."
        : `Nobody can be signed in now: ${error.message}`;
    } catch (error) {
      return `Nobody can be signed in now: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async signOut(): Promise<void> {
    this.#isLeaving = true;
    await (await this.#auth()).signOut({ scope: "local" });
    this.#isLeaving = false;
  }

  /** After a call was refused for its session: a new one, or nobody. @returns whether there is a new one. */
  async renew(): Promise<boolean> {
    const auth = await this.#auth();
    const { data } = await auth.refreshSession();
    this.#take(data.session);
    if (data.session !== null) return true;
    await auth.signOut({ scope: "local" });
    return false;
  }

  #auth(): Promise<Auth> {
    this.#made ??= this.#make();
    this.#made.catch(() => this.#made = null);
    return this.#made;
  }

  async #make(): Promise<Auth> {
    const [{ AuthClient }, { api_url, publishable_key }] = await Promise.all([
      import("@supabase/auth-js"),
      this.#config,
    ]);
    const auth = new AuthClient({
      url: `${api_url}/auth/v1`,
      headers: { apikey: publishable_key },
      storageKey: STORAGE_KEY,
      detectSessionInUrl: false, // what stands behind # is ours
    });
    auth.onAuthStateChange((_event, session) => this.#take(session));
    return auth;
  }

  #take(session: Session | null): void {
    if (this.#kept !== null && session === null) this.hasExpired = !this.#isLeaving;
    const person = personOf(session);
    this.#kept = session === null || person === null ? null : { token: session.access_token, person };
    for (const listener of this.#listeners) listener(person);
  }
}

/** What auth-js stored, where it is whole and holds beyond this moment; null where auth-js must look at it itself. */
function readKept(stored: string, until: number): Kept | null {
  try {
    const session: Partial<Session> | null = JSON.parse(stored);
    const { access_token: token, expires_at: ends = 0 } = session ?? {};
    const person = personOf(session);
    return typeof token === "string" && ends * 1000 > until && person !== null ? { token, person } : null;
  } catch {
    return null; // half written, or somebody else's
  }
}

function personOf(session: Partial<Session> | null): Person | null {
  const user = session?.user;
  if (user === undefined) return null;
  const role: unknown = user.app_metadata["role"];
  return { email: user.email ?? "", role: role === "operator" || role === "viewer" ? role : "none" };
}
