/**
 * Way c as a program of its own: what one would write instead of this project. Papa with header objects, a plain zod
 * schema, supabase-js inserts of 1,000. Arguments: api url, file. The key comes by the environment.
 * Prints `{"rows", "bad", "ms"}`.
 */
import { createClient } from "@supabase/supabase-js";
import Papa from "papaparse";
import { z } from "zod";

const text = (most: number) => z.string().trim().min(1).max(most);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/).refine((value) => !Number.isNaN(Date.parse(value)));
const Row = z.object({
  case_number: text(100).transform((value) => value.toUpperCase()),
  plaintiff_name: text(500),
  defendant_name: text(500),
  amount: z.string().regex(/^\d+(\.\d{1,2})?$/),
  judgment_date: day,
  filing_date: day,
  court: text(200),
  county: text(100),
  state: text(50),
  defendant_address: text(500),
  defendant_phone: text(50),
});

const [url = "", path = ""] = Deno.args;
const client = createClient(url, Deno.env.get("SECRET_KEY") ?? "", { auth: { persistSession: false } });
const began = performance.now();
const parsed = Papa.parse<Record<string, string>>(await Deno.readTextFile(path), {
  header: true,
  skipEmptyLines: true,
});
const good: z.infer<typeof Row>[] = [];
let bad = 0;
for (const cells of parsed.data) {
  const row = Row.safeParse(cells);
  if (row.success) good.push(row.data);
  else bad += 1;
}
for (let at = 0; at < good.length; at += 1000) {
  const { error } = await client.from("bench_inserted").insert(good.slice(at, at + 1000));
  if (error !== null) throw new Error(`Cannot insert rows from ${at} on: ${error.message}`);
}
console.log(JSON.stringify({ rows: good.length, bad, ms: performance.now() - began }));
