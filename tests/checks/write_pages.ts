/** The second half of `deno task types`: writes anew the pages about the database, codes and checks. */
import { withDatabase } from "../support/database.ts";
import { DATABASE_PAGE, databasePage } from "./database_page.ts";
import { ERRORS_PAGE, errorsPage } from "./errors_page.ts";
import { FOLDER, writeRunbookPages } from "./runbook_pages.ts";

await withDatabase(async ({ sql }) => await Deno.writeTextFile(DATABASE_PAGE, await databasePage(sql)));
await Deno.writeTextFile(ERRORS_PAGE, errorsPage());
await writeRunbookPages();
for (const path of [DATABASE_PAGE, ERRORS_PAGE, FOLDER]) console.log(`written: ${path}`);
