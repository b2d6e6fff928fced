/**
 * Gate 10: what is kept can be had again. A database of one's own is restored on the spot: every table copied into one
 * built from the migrations, counts and checksums compared, foreign keys held against the copy. A hosted project's
 * backups are the platform's: there must be a whole one of the last day.
 */
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";
import * as z from "zod";
import { ROOT } from "../../checkout/root.ts";
import { projectOfUrl } from "../../shared/environment/rules.ts";
import { type Seen, unwell, well, wellUnless } from "../checks/check.ts";
import { reasonOf } from "../reason.ts";
import { SCHEMAS } from "../security/rights.ts";
import { lastWords, runCli } from "../supabase_cli.ts";
import type { Target } from "../target.ts";
import type { Scratch } from "./scratch.ts";

/** Restores, or looks for the platform's backups. */
export async function lookAtBackup(target: Target, scratch: Scratch): Promise<Seen> {
  const ref = projectOfUrl(await target.need("apiUrl"));
  return ref === null ? await restore(target, scratch) : await hostedBackups(ref);
}

const Tables = z.array(z.object({ name: z.string(), columns: z.string() }));
const Sums = z.tuple([z.object({ rows: z.string(), checksum: z.string() })]);
const ForeignKeys = z.array(z.object({ name: z.string(), table: z.string(), definition: z.string() }));

/** Ends the transaction in which everything was restored: the scratch database stays as the migrations made it. */
class Done extends Error {
  constructor(readonly seen: Seen) {
    super("restored");
  }
}

async function restore(target: Target, scratch: Scratch): Promise<Seen> {
  const [source, copy] = [await target.sql(), await scratch.connectAbove()];
  try {
    await source.begin(
      "isolation level repeatable read read only",
      (frozen) =>
        copy.begin(async (restored) => {
          throw new Done(await compare(frozen, restored));
        }),
    );
    throw new TypeError("A restore ends by being taken back");
  } catch (error) {
    if (error instanceof Done) return error.seen;
    throw error;
  } finally {
    await copy.end({ timeout: 1 });
  }
}

async function compare(frozen: postgres.TransactionSql, restored: postgres.TransactionSql): Promise<Seen> {
  const tables = await tablesOf(frozen);
  const wrong: string[] = [];
  let rows = 0;
  for (const { name, columns } of tables) {
    try {
      const [kept, copied] = await restored.savepoint(async (step) => {
        await fill(frozen, step, name, columns);
        return [await sumOf(frozen, name), await sumOf(step, name)] as const;
      });
      rows += Number(kept.rows);
      if (kept.rows !== copied.rows) wrong.push(`${name}: ${copied.rows} of ${kept.rows} rows came over`);
      else if (kept.checksum !== copied.checksum) wrong.push(`${name}: the copy has another checksum`);
    } catch (error) {
      wrong.push(`${name} cannot be restored: ${reasonOf(error)}`);
    }
  }
  return wellUnless(
    [...wrong, ...await brokenReferences(restored)],
    `${tables.length} tables, ${rows} rows restored into a scratch database; counts, checksums and references alike`,
    "A table that cannot be restored is lost with its database: mend the rows that are named, or write a migration that allows " +
      "them. A table the migrations do not make: ops migration-status.",
  );
}

type Querying = Pick<postgres.Sql, "unsafe">;

/** Every table of ours, with the columns that are stored and not computed. */
async function tablesOf(sql: Querying): Promise<z.infer<typeof Tables>> {
  return Tables.parse([
    ...await sql.unsafe(`
      select format('%I.%I', n.nspname, c.relname) as name,
             string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
       where n.nspname = any(array['${SCHEMAS.join("', '")}']) and c.relkind = 'r'
       group by 1
       order by 1`),
  ]);
}

/** The rows the migrations put there themselves give way; no trigger fires, as in a restore. */
async function fill(from: Querying, to: Querying, table: string, columns: string): Promise<void> {
  await to.unsafe("set local session_replication_role = replica");
  await to.unsafe(`alter table ${table} disable trigger user`); // guards fire always
  await to.unsafe(`delete from ${table}`);
  const source = await from.unsafe(`copy ${table} (${columns}) to stdout`).readable();
  await pipeline(source, await to.unsafe(`copy ${table} (${columns}) from stdin`).writable());
}

async function sumOf(sql: Querying, table: string): Promise<z.infer<typeof Sums>[0]> {
  return Sums.parse([
    ...await sql.unsafe(
      `select count(*)::text as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as checksum from ${table} t`,
    ),
  ])[0];
}

/** Foreign keys made anew over the copy: Postgres looks at every row. */
async function brokenReferences(copy: postgres.TransactionSql): Promise<string[]> {
  const keys = ForeignKeys.parse([
    ...await copy.unsafe(`
      select quote_ident(k.conname) as name, format('%I.%I', n.nspname, c.relname) as table,
             pg_get_constraintdef(k.oid) as definition
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       where k.contype = 'f' and n.nspname = any(array['${SCHEMAS.join("', '")}'])`),
  ]);
  const broken: string[] = [];
  for (const { name, table, definition } of keys) {
    try {
      await copy.savepoint((step) =>
        step.unsafe(`alter table ${table} drop constraint ${name}, add constraint ${name} ${definition}`)
      );
    } catch (error) {
      broken.push(`${table}: ${name} does not hold: ${reasonOf(error)}`);
    }
  }
  return broken;
}

const Listed = z.looseObject({
  pitr_enabled: z.boolean().optional(),
  backups: z.array(z.looseObject({ status: z.string(), inserted_at: z.string() })).default([]),
  physical_backup_data: z.looseObject({ latest_physical_backup_date_unix: z.number().optional() }).optional(),
});

const DAY_MS = 86_400_000;

/** Pure: whether what the platform lists has a whole backup of the last 24 hours. */
export function judgeBackups(listed: unknown, now: Date): Seen {
  const remedy =
    "Dashboard, Database, Backups: see why there is none (the free plan keeps none), and make one before going live.";
  const read = Listed.safeParse(listed);
  if (!read.success) return unwell("the list of backups cannot be read", remedy);
  const { backups, physical_backup_data } = read.data;
  const times = backups.filter(({ status }) => status === "COMPLETED").map((one) =>
    Date.parse(one.inserted_at)
  );
  const physical = physical_backup_data?.latest_physical_backup_date_unix;
  const newest = Math.max(0, ...times, ...(physical === undefined ? [] : [physical * 1000]));
  if (newest === 0) return unwell("there is no backup", remedy);
  const words = `newest backup of ${new Date(newest).toISOString()}`;
  return now.getTime() - newest <= DAY_MS ? well(words) : unwell(`${words}: older than 24 h`, remedy);
}

async function hostedBackups(ref: string): Promise<Seen> {
  const run = await runCli(["backups", "list", `--remote=${ref}`, "--output-format", "json"], {
    workdir: ROOT,
  });
  if (!run.ok) {
    return unwell(
      `the platform does not list backups: ${lastWords(run, 2)}`,
      "SUPABASE_ACCESS_TOKEN must be set, with the right backups_read.",
    );
  }
  try {
    return judgeBackups(JSON.parse(run.output), new Date());
  } catch (error) {
    if (error instanceof SyntaxError) return judgeBackups(null, new Date());
    throw error;
  }
}
