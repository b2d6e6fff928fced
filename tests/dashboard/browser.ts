/** A real Chromium on the built dashboard of a stack, and people who sign in to it. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { ROOT } from "../../checkout/root.ts";
import { findChromium } from "../../checkout/chromium.ts";
import { type SharedStack, sharedStack } from "../stack/shared_stack.ts";

/** Longest wait for anything on a page. A batch that nobody hurries is found by cron after half a minute. */
const PATIENCE_MS = 60_000;
export const PASSWORD = "a password of the tests";

/** What tests use. */
export interface Desk {
  readonly shared: SharedStack;
  readonly browser: Browser;
}

/** Registers the hooks: builds the dashboard, starts a stack and a browser. @returns what to call inside a test. */
export function sharedDesk(): () => Desk {
  Deno.test.beforeAll(async () => {
    const args = ["run", "-A", `${ROOT}/dashboard/build.ts`, "--quiet"];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
    if (!success) throw new Error(`Cannot build the dashboard: ${new TextDecoder().decode(stderr)}`);
  });
  const shared = sharedStack();
  let browser: Browser | undefined;
  Deno.test.beforeAll(async () => {
    const executablePath = await findChromium(Deno.env.toObject());
    if (executablePath === null) throw new Error("Cannot test the dashboard: there is no Chromium here");
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
    for (const role of ["operator", "viewer"]) {
      const { error } = await shared().service.auth.admin.createUser({
        email: addressOf(role),
        password: PASSWORD,
        email_confirm: true,
        app_metadata: { role },
      });
      if (error !== null && error.status !== 422) throw error; // it is there: the stack has been tested against before
    }
  });
  Deno.test.afterAll(async () => await browser?.close());
  return () => {
    if (browser === undefined) throw new Error("Cannot use the browser: it is not up");
    return { shared: shared(), browser };
  };
}

/** Of the account with this role. */
export function addressOf(role: string): string {
  return `${role}@example.org`;
}

/** Somebody at the dashboard, and what the browser complained of meanwhile. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: readonly string[];
}

/** How the dashboard is looked at. */
export interface Look {
  readonly theme?: "dark" | "light";
  readonly phone?: boolean;
}

/** Opens the dashboard in a context of its own, which must be closed. */
export async function open({ shared, browser }: Desk, look: Look = {}): Promise<Visit> {
  const { dashboard_url } = shared.stack;
  if (dashboard_url === null) throw new Error("Cannot open the dashboard: the stack does not serve it");
  const context = await browser.newContext({
    colorScheme: look.theme ?? "dark",
    viewport: look.phone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
    timezoneId: "America/New_York",
    locale: "en-US",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // Answers that are no 200 are told as well: the sentinel has not run yet, a part is still coming up.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  await page.goto(dashboard_url);
  return { page, context, complaints };
}

/** Opens it and signs in. */
export async function visit(desk: Desk, role: "operator" | "viewer", look: Look = {}): Promise<Visit> {
  const visited = await open(desk, look);
  const { page } = visited;
  await page.getByLabel("E-mail").fill(addressOf(role));
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Intake" }).waitFor();
  return visited;
}

/** Follows a link of the navigation inside a page, and waits for the page of that name. */
export async function goTo(page: Page, name: string): Promise<void> {
  if (!page.url().includes("#/enforcement")) await page.getByRole("link", { name: "Enforcement" }).click();
  await page.locator(".tabs, nav[aria-label='Where this is']").first().waitFor();
  if (await page.locator(".tabs").count() === 0) await page.getByRole("link", { name: "Plaintiffs" }).click();
  await page.locator(".tabs").getByRole("link", { name }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

/** Gives a file to the station. */
export async function choose(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.fromBase64("${bytes.toBase64()}")], ${JSON.stringify(name)}));
    return transfer;
  })()`);
  await page.getByRole("region", { name: "Send a file" }).dispatchEvent("drop", { dataTransfer: transfer });
}

/** Gives a file to a hidden chooser of files. */
export async function giveFile(page: Page, label: string, name: string, content: string): Promise<void> {
  const bytes = new TextEncoder().encode(content);
  await page.evaluate(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.fromBase64("${bytes.toBase64()}")], ${JSON.stringify(name)}));
    const input = document.querySelector('input[type=file][aria-label=${JSON.stringify(label)}]');
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  })()`);
}

/** Waits until the station says this. @returns what it says. */
export async function says(page: Page, words: RegExp | string): Promise<string> {
  const said = page.locator("p.say").filter({ hasText: words });
  await said.waitFor();
  return (await said.textContent()) ?? "";
}

/** What stands in the cells of a table, a row each; also of one that is folded away. */
export async function cellsOf(page: Page, region: string): Promise<string[][]> {
  const rows = page.getByRole("region", { name: region, exact: true, includeHidden: true }).locator(
    "tbody tr",
  );
  const found: string[][] = [];
  for (const row of await rows.all()) {
    found.push((await row.locator("th, td").allTextContents()).map((text) => text.trim()));
  }
  return found;
}

/** A file of good rows, and of bad ones behind them. */
export function judgments(prefix: string, good: number, bad = 0): string {
  const rows = Array.from({ length: good + bad }, (_, at) => {
    const amount = at < good ? "1234.50" : "twelve";
    return `${prefix}-${at + 1},Ann Lee,Bob Roe,${amount},2024-01-31`;
  });
  return ["case_number,plaintiff_name,defendant_name,amount,judgment_date", ...rows, ""].join("\n");
}
