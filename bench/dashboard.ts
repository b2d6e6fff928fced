/**
 * `deno task bench:dashboard`: how soon the dashboard can be used on a slow machine, signed in and not. Builds it first.
 * Exit 0 measured, every median within its bar · 1 not, or it could not · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../checkout/chromium.ts";
import { ROOT } from "../checkout/root.ts";
import { type Span, spanOf } from "./figures.ts";
import { whole } from "./options.ts";
import { type BenchStack, startStack } from "./stack.ts";

const USAGE = `deno task bench:dashboard [flags]

  --runs 5      how often each page is opened, with nothing kept of it (medians)
  --slower 4    by how much the processor is slowed
  --json        one JSON object on stdout`;

/** Milliseconds from asking for the address until a page can be used. */
const BAR = 1_000;
/** Marks that the page sets itself. */
const PAGES = [
  { name: "sign-in, to be typed in", mark: "sign-in form can be typed in", isSignedIn: false },
  { name: "drop zone, to be used", mark: "drop zone can be used", isSignedIn: true },
] as const;
const PERSON = { email: "bench@example.org", password: "a password of the bench" };

interface Wanted {
  readonly runs: number;
  readonly slower: number;
  readonly json: boolean;
}

/** One page: milliseconds until it could be used, and of CPU that its main thread had used by then. */
interface Figure {
  readonly name: string;
  readonly waited: Span;
  readonly cpu: Span;
}

/** What a browser keeps of somebody who has signed in. */
type Kept = Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["storageState"]>>;

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      runs: { type: "string", default: "5" },
      slower: { type: "string", default: "4" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    runs: whole("--runs", values.runs, 1, 50),
    slower: whole("--slower", values.slower, 1, 20),
    json: values.json,
  };
}

async function build(): Promise<void> {
  const args = ["run", "-A", `${ROOT}/dashboard/build.ts`, "--quiet"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  if (!success) throw new Error(`Cannot build the dashboard: ${new TextDecoder().decode(stderr)}`);
}

async function addPerson({ apiUrl, secretKey }: BenchStack): Promise<void> {
  const response = await fetch(`${apiUrl}/auth/v1/admin/users`, {
    method: "POST",
    headers: { apikey: secretKey, authorization: `Bearer ${secretKey}`, "content-type": "application/json" },
    body: JSON.stringify({ ...PERSON, email_confirm: true, app_metadata: { role: "operator" } }),
  });
  if (!response.ok) throw new Error(`Cannot add a person: ${response.status} ${await response.text()}`);
}

async function signIn(browser: Browser, address: string): Promise<Kept> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.getByLabel("E-mail").fill(PERSON.email);
  await page.getByLabel("Password").fill(PERSON.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Choose a file" }).waitFor();
  const kept = await context.storageState();
  await context.close();
  return kept;
}

/** Opens the page once, in a context that has loaded nothing yet. */
async function once(browser: Browser, address: string, mark: string, slower: number, kept?: Kept) {
  const context = await browser.newContext(kept === undefined ? {} : { storageState: kept });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await page.addInitScript(`globalThis.__marked = new Promise((resolve) =>
    new PerformanceObserver((list, observer) => {
      const [found] = list.getEntriesByName(${JSON.stringify(mark)});
      if (found === undefined) return;
      observer.disconnect();
      resolve(found.startTime);
    }).observe({ type: "mark", buffered: true }))`);
  const cpu = async () =>
    (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")
      ?.value ?? 0;
  const before = await cpu();
  await page.goto(address, { waitUntil: "commit" });
  const waited = Number(await page.evaluate("globalThis.__marked"));
  const used = (await cpu() - before) * 1000;
  await context.close();
  return { waited, used };
}

async function measure(stack: BenchStack, browser: Browser, { runs, slower }: Wanted): Promise<Figure[]> {
  const address = stack.dashboardUrl;
  if (address === null) throw new Error("Cannot open the dashboard: the stack does not serve it");
  const kept = await signIn(browser, address);
  const figures: Figure[] = [];
  for (const { name, mark, isSignedIn } of PAGES) {
    const seen: { waited: number; used: number }[] = [];
    for (let run = 0; run < runs; run++) {
      seen.push(await once(browser, address, mark, slower, isSignedIn ? kept : undefined));
    }
    figures.push({
      name,
      waited: mustSpan(seen.map(({ waited }) => waited)),
      cpu: mustSpan(seen.map(({ used }) => used)),
    });
  }
  return figures;
}

function mustSpan(values: readonly number[]): Span {
  const span = spanOf(values);
  if (span === null) throw new Error("Cannot tell: nothing was measured");
  return span;
}

function lineOf({ name, waited, cpu }: Figure): string {
  const told = `${waited.median.toFixed(0)} ms (${waited.min.toFixed(0)} to ${waited.max.toFixed(0)})`;
  const over = waited.median > BAR ? `   OVER ${BAR} ms` : "";
  return `  ${name.padEnd(26)}${told.padEnd(26)}CPU of its main thread ${cpu.median.toFixed(0)} ms${over}`;
}

async function main(args: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = readArguments(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  const executablePath = await findChromium(Deno.env.toObject());
  if (executablePath === null) throw new Error("Cannot measure: there is no Chromium here");
  await build();
  const load = Deno.loadavg()[0];
  const stack = await startStack();
  let browser: Browser | undefined;
  try {
    await addPerson(stack);
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
    const figures = await measure(stack, browser, wanted);
    if (wanted.json) console.log(JSON.stringify({ ...wanted, load, figures }));
    else {
      console.log(`Slowed ${wanted.slower} times, ${wanted.runs} runs (load before: ${load?.toFixed(1)})`);
      for (const figure of figures) console.log(lineOf(figure));
    }
    return figures.some(({ waited }) => waited.median > BAR) ? 1 : 0;
  } finally {
    await browser?.close();
    await stack.stop();
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
