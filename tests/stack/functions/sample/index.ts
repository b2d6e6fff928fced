/** A function that does what the tests of the host ask: computes, hoards, waits, hands work to waitUntil. */
import process from "node:process";

interface Runtime {
  waitUntil(work: Promise<unknown>): void;
}
declare const EdgeRuntime: Runtime;

addEventListener("beforeunload", (event) => {
  console.log(`unload ${event instanceof CustomEvent ? event.detail.reason : "?"}`);
});

const id = crypto.randomUUID();
const hoard: Uint8Array[] = [];

Deno.serve(async (request) => {
  const url = new URL(request.url);
  const gate = url.searchParams.get("gate") ?? ""; // answers when the test lets it
  switch (url.pathname) {
    case "/sample/env":
      return Response.json(Deno.env.toObject());
    case "/sample/spin":
      spin(Number(url.searchParams.get("ms")));
      return Response.json({ id });
    case "/sample/hoard":
      return await fillMemory();
    case "/sample/hold":
      await (await fetch(gate)).body?.cancel();
      return Response.json({ id });
    case "/sample/later":
      EdgeRuntime.waitUntil(fetch(gate).then((response) => response.body?.cancel()));
      return Response.json({ id }, { status: 202 });
    case "/sample/html":
      return new Response("<p>", { headers: { "content-type": "text/html; charset=utf-8" } });
    case "/sample/worker":
      return Response.json({ worker: "Worker" in globalThis });
    case "/sample/chatter":
      for (let line = 0; line < 150; line++) console.log(`line ${line}`);
      return Response.json({ id });
    case "/sample/echo":
      return new Response(request.body, {
        headers: { "x-method": request.method, "x-path": url.pathname + url.search },
      });
    default:
      return Response.json({ id });
  }
});

/** Burns so much processor time, however busy the machine is. */
function spin(ms: number): void {
  let used = 0;
  const before = process.cpuUsage();
  for (let sum = 0; used < ms && sum >= 0;) {
    for (let n = 0; n < 1e5; n++) sum += Math.sqrt(n);
    const { user, system } = process.cpuUsage(before);
    used = (user + system) / 1000;
  }
}

async function fillMemory(): Promise<never> {
  while (true) {
    hoard.push(new Uint8Array(16 * 1024 * 1024).fill(1));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
