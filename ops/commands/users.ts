/** `ops users add|list|remove`: who may sign in to the dashboard, and as what. */
import { CannotRun, command, EXIT, UsageError } from "../command.ts";
import { operatorName } from "../operator.ts";
import { table } from "../../checkout/table.ts";
import { type Account, accountsOf, emailFrom, makePassword, PERSON_ROLES } from "../users/accounts.ts";

export const usersList = command<{ users: readonly Account[] }>({
  name: "users list",
  effects: "nothing",
  examples: [
    ["", "who may sign in"],
    ["--env prod --json", "for a program"],
  ],
  async run({ target }, report) {
    report({ users: await (await accountsOf(target)).list() });
    return EXIT.fine;
  },
  show: ({ users }) =>
    table(
      ["email", "role", "since", "last seen"],
      users.map(({ email, role, created_at, last_sign_in_at }) => [
        email,
        role ?? "none",
        new Date(created_at),
        last_sign_in_at === null ? null : new Date(last_sign_in_at),
      ]),
      "There are no accounts. Make one: deno task ops users add <email> --role operator",
    ),
});

interface Added {
  readonly email: string;
  readonly role: string;
  readonly made: boolean;
  /** Shown once, for a new account; null for one that was there. */
  readonly password: string | null;
}

export const usersAdd = command<Added>({
  name: "users add",
  effects: "an account of Supabase Auth; an audit event",
  words: "<email>",
  wordCount: [1, 1],
  flags: { role: { type: "string", value: PERSON_ROLES.join("|"), help: "what the person may do" } },
  examples: [
    ["ann@example.com --role operator", "may act"],
    ["bob@example.com --role viewer --env prod", "may only look"],
  ],
  async run({ target, typed, confirm }, report) {
    const email = emailFrom(typed.words[0]);
    const role = PERSON_ROLES.find((one) => one === typed.text("role"));
    if (role === undefined) throw new UsageError(`--role is ${PERSON_ROLES.join(" or ")}.`);
    const accounts = await accountsOf(target);
    await confirm(`Make ${email} ${role}`);
    const password = makePassword();
    const { account, made } = await accounts.add(email, role, password);
    const action = made ? "user.added" : "user.role_changed";
    await (await target.hands()).noteUser(action, account.id, { role }, operatorName());
    report({ email, role, made, password: made ? password : null });
    return EXIT.fine;
  },
  show: ({ email, role, made, password }) =>
    made
      ? `${email} may sign in as ${role}. First password, shown once: ${password}`
      : `${email} is ${role} from the next sign-in on.`,
});

export const usersRemove = command<{ email: string; removed: true }>({
  name: "users remove",
  effects: "an account of Supabase Auth, with its sessions; an audit event",
  words: "<email>",
  wordCount: [1, 1],
  examples: [
    ["ann@example.com", "ends the account"],
    ["ann@example.com --env prod --yes", "on prod, unasked"],
  ],
  async run({ target, typed, confirm }, report) {
    const email = emailFrom(typed.words[0]);
    const accounts = await accountsOf(target);
    const account = await accounts.find(email);
    if (account === null) throw new CannotRun(`There is no account ${email}: ops users list shows all.`);
    await confirm(`Remove ${email}`);
    await accounts.remove(account);
    await (await target.hands()).noteUser("user.removed", account.id, { role: account.role }, operatorName());
    report({ email, removed: true });
    return EXIT.fine;
  },
  show: ({ email }) => `${email} is removed. An open session ends when its token does, within the hour.`,
});
