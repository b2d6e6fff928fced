/** People who may sign in: accounts of Supabase Auth with a role of ours in `app_metadata`, which they cannot change. */
import { randomLetters } from "../../checkout/letters.ts";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import * as z from "zod";
import { CannotRun, UsageError } from "../command.ts";
import type { Target } from "../target.ts";

/** Roles a person can have; §7 of the contract says what each may do. */
export const PERSON_ROLES = ["operator", "viewer"] as const;
export type PersonRole = (typeof PERSON_ROLES)[number];

export interface Account {
  readonly id: string;
  readonly email: string;
  /** Null for an account that has none of ours and may do nothing. */
  readonly role: PersonRole | null;
  readonly created_at: string;
  readonly last_sign_in_at: string | null;
}

const Found = z.object({
  id: z.string(),
  email: z.string().optional(),
  created_at: z.string(),
  last_sign_in_at: z.string().nullish(),
  app_metadata: z.looseObject({ role: z.enum(PERSON_ROLES).optional().catch(undefined) }).default({}),
});

const PAGE = 200; // accounts a request; Auth's own limit is 1000

/** Manages accounts with the secret key. @throws CannotRun when it is not set. */
export async function accountsOf(target: Target): Promise<Accounts> {
  const client = createClient(await target.need("apiUrl"), await target.need("secretKey"), {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  return new Accounts(client);
}

export class Accounts {
  readonly #client: SupabaseClient;
  constructor(client: SupabaseClient) {
    this.#client = client;
  }

  /** All accounts, by address. */
  async list(): Promise<Account[]> {
    const accounts: Account[] = [];
    for (let page = 1;; page++) {
      const { data, error } = await this.#client.auth.admin.listUsers({ page, perPage: PAGE });
      if (error !== null) throw new CannotRun(`Auth does not list accounts: ${error.message}`);
      accounts.push(...data.users.map(accountOf));
      if (data.users.length < PAGE) return accounts.sort((a, b) => a.email < b.email ? -1 : 1);
    }
  }

  async find(email: string): Promise<Account | null> {
    return (await this.list()).find((one) => one.email === email.toLowerCase()) ?? null;
  }

  /** A new account with a password, or the role of one that is there. */
  async add(email: string, role: PersonRole, password: string): Promise<{ account: Account; made: boolean }> {
    const known = await this.find(email);
    const { data, error } = known === null
      ? await this.#client.auth.admin.createUser({
        email,
        password,
        email_confirm: true,
        app_metadata: { role },
      })
      : await this.#client.auth.admin.updateUserById(known.id, { app_metadata: { role } });
    if (error !== null) throw new CannotRun(`Auth does not take ${email}: ${error.message}`);
    return { account: accountOf(data.user), made: known === null };
  }

  async remove(account: Account): Promise<void> {
    const { error } = await this.#client.auth.admin.deleteUser(account.id);
    if (error !== null) throw new CannotRun(`Auth does not remove ${account.email}: ${error.message}`);
  }
}

function accountOf(given: unknown): Account {
  const { id, email, created_at, last_sign_in_at, app_metadata } = Found.parse(given);
  return {
    id,
    email: email ?? "",
    role: app_metadata.role ?? null,
    created_at,
    last_sign_in_at: last_sign_in_at ?? null,
  };
}

/** @throws UsageError for what is no address. */
export function emailFrom(typed: string | undefined): string {
  const email = z.email().safeParse(typed?.toLowerCase());
  if (email.success) return email.data;
  throw new UsageError(`"${typed ?? ""}" is no e-mail address.`);
}

/** A first password: 24 letters and digits, none of them alike to the eye. */
export function makePassword(): string {
  return randomLetters(24);
}
