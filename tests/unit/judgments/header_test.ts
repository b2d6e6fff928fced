/** From a file's header to the fields of a judgment. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type Field, fieldOfHeader, FIELDS, foldHeader, mapHeader } from "../../../shared/judgments/mod.ts";

// The public contract's table, kept here a second time: the code's own copy cannot prove itself.
const CONTRACT: Readonly<Record<Field, string>> = {
  case_number: "Case Number|Case No|CaseNo|Case #|Docket|Docket Number|Docket No|Index Number|" +
    "Index No|Index #|Case/Index Number|File #|File Number|Matter ID",
  plaintiff_name: "Plaintiff|Plaintiff(s)|Plaintiff Name|Plf|Plf Name|Creditor|Creditor Name|Petitioner",
  defendant_name: "Defendant|Defendant(s)|Defendant Name|Def|Def. Name|Debtor|Debtor Name|Respondent",
  amount: "Amount|Amt|Judgment Amount|Judgment Amt|Amount Awarded|Total Amount|Principal|" +
    "Principal Amount|Orig Amt",
  judgment_date: "Judgment Date|Jdgmt Date|Date of Judgment|Entry Date|Date of Entry|Date Entered|" +
    "Decision Date",
  filing_date: "Filing Date|File Date|Filed Date|Date Filed",
  court: "Court|Court Name|Venue",
  county: "County|County Name|Jurisdiction",
  state: "State",
  defendant_address: "Defendant Address|Def Address",
  defendant_phone: "Defendant Phone",
  defendant_email: "Defendant Email",
  source_reference: "source_reference",
};

const headersOf = (field: Field) => CONTRACT[field].split("|");

for (const field of FIELDS) {
  for (const header of [...headersOf(field), field]) {
    Deno.test(`mapHeader() reads "${header}" as ${field}, however it is spelt`, () => {
      const spellings = [
        header,
        header.toUpperCase(),
        ` ${header.toLowerCase()} `,
        header.replaceAll(" ", "_"),
        header.replaceAll(" ", "-"),
        header.replaceAll(" ", ""),
        header.replaceAll(" ", "\n"),
        header.replaceAll("#", "Number"),
      ];
      for (const spelling of spellings) {
        assertEquals(mapHeader(["Other", spelling]).columns[field], 1, spelling);
        assertEquals(fieldOfHeader(spelling), field, spelling);
      }
    });
  }
  Deno.test(`mapHeader() lets the earlier header of the table win for ${field}, wherever it stands`, () => {
    const headers = headersOf(field);
    // One of each fold: "Case No" and "CaseNo" are the same header.
    const folds = headers.filter((header, i) =>
      headers.findIndex((h) => foldHeader(h) === foldHeader(header)) === i
    );
    for (const [i, winner] of folds.entries()) {
      const file = [...folds.slice(i)].reverse();
      const map = mapHeader(file);
      assertEquals(map.columns[field], file.length - 1, winner);
      assertEquals(map.ignored, file.slice(0, -1));
    }
  });
}

Deno.test("foldHeader() drops case, what is invisible and . _ - / ( ) $, reads # as number and judgement as judgment", () => {
  assertEquals(foldHeader("Amount ($)"), "amount");
  assertEquals(foldHeader("Date of Judgement"), "dateofjudgment");
  assertEquals(foldHeader("\u200eCounty\u00ad \u2028"), "county");
  assertEquals(foldHeader("File #"), "filenumber");
  assertEquals(foldHeader("Def. Name"), "defname");
  assertEquals(foldHeader(" Case/Index_Number-\t"), "caseindexnumber");
  assertEquals(foldHeader("\ufeffCase No."), "caseno");
});

for (
  const bare of ["Index", "Case", "File", "Phone", "Email", "Address", "#", "Number", "Date", "Name", "", " "]
) {
  Deno.test(`mapHeader() reads nothing into "${bare}" alone`, () => {
    assertEquals(mapHeader([bare]).columns, {});
    assertEquals(fieldOfHeader(bare), null);
  });
}

Deno.test("mapHeader() takes the first of two equal headers and ignores the other", () => {
  const map = mapHeader(["County", "Amount", "county"]);
  assertEquals(map.columns.county, 0);
  assertEquals(map.ignored, ["county"]);
});

Deno.test("mapHeader() names missing required fields in the order of the fields", () => {
  const map = mapHeader([
    "case_number",
    "docket_number",
    "title",
    "court",
    "filing_date",
    "judgment_date",
    "amount_awarded",
  ]);
  assertEquals(map.missing, ["plaintiff_name", "defendant_name"]);
  assertEquals(map.columns, { case_number: 0, court: 3, filing_date: 4, judgment_date: 5, amount: 6 });
  assertEquals(map.ignored, ["docket_number", "title"]);
  assertEquals(map.notes, []);
});

Deno.test("mapHeader() misses everything in an empty header", () => {
  const map = mapHeader([]);
  assertEquals(map.missing, ["case_number", "plaintiff_name", "defendant_name", "amount", "judgment_date"]);
  assertEquals(map.filingDateAsJudgmentDate, false);
});

Deno.test("mapHeader() leaves a lead's own email, phone and judgment number out", () => {
  const header = "lead_id,plaintiff_name,email,phone,judgment_number,case_number,defendant_name," +
    "judgment_amount,judgment_date";
  const map = mapHeader(header.split(","));
  assertEquals(map.columns, {
    plaintiff_name: 1,
    case_number: 5,
    defendant_name: 6,
    amount: 7,
    judgment_date: 8,
  });
  assertEquals(map.missing, []);
  assertEquals(map.ignored, ["lead_id", "email", "phone", "judgment_number"]);
});

Deno.test("mapHeader() reads a CRM export of 18 columns", () => {
  const header =
    "LeadID,LeadSource,Court,IndexNumber,CaseType,JudgmentDate,JudgmentAmount,Status,County,State," +
    "PlaintiffName,PlaintiffAddress,DefendantName,DefendantAddress,Phone,Email,BestContactMethod,AssignedAgent";
  const map = mapHeader(header.split(","));
  assertEquals(map.columns, {
    court: 2,
    case_number: 3,
    judgment_date: 5,
    amount: 6,
    county: 8,
    state: 9,
    plaintiff_name: 10,
    defendant_name: 12,
    defendant_address: 13,
  });
  assertEquals(map.missing, []);
});

Deno.test("mapHeader() lets a filing date stand in for a missing judgment date, and says so", () => {
  const map = mapHeader([
    "Case Number",
    "Plaintiff",
    "Defendant",
    "Judgment Amount",
    "Filing Date",
    "County",
  ]);
  assertEquals(map.missing, []);
  assertEquals(map.filingDateAsJudgmentDate, true);
  assertEquals([map.columns.filing_date, map.columns.judgment_date], [4, 4]);
  assertEquals(map.notes, [
    'The file has no judgment date: its filing date ("Filing Date") is used as the judgment date.',
  ]);
});

Deno.test("mapHeader() keeps filing date and judgment date apart when a file has both", () => {
  const map = mapHeader(["Filing Date", "Judgment Date"]);
  assertEquals([map.columns.filing_date, map.columns.judgment_date], [0, 1]);
  assertEquals([map.filingDateAsJudgmentDate, map.notes], [false, []]);
});

Deno.test("mapHeader() gives a column without a name one by its place", () => {
  assertEquals(mapHeader(["Amount", " ", "Other"]).ignored, ["column 2 (no name)", "Other"]);
});

Deno.test("mapHeader() lets a source's own words win over the table", () => {
  const map = mapHeader(["Case Number", "Ref", "Phone"], { "REF": "case_number", phone: "defendant_phone" });
  assertEquals(map.columns, { case_number: 1, defendant_phone: 2 });
  assertEquals(map.ignored, ["Case Number"]);
});

Deno.test("mapHeader() ignores a column that a source overrides with null", () => {
  const map = mapHeader(["File #", "Case Number"], { "File #": null });
  assertEquals(map.columns.case_number, 1);
  assertEquals(map.ignored, ["File #"]);
});

Deno.test("mapHeader() notes an override that names no field and reads the column as usual", () => {
  const map = mapHeader(["Amount"], { Amount: "money" });
  assertEquals(map.columns.amount, 0);
  assertEquals(map.notes, [
    'The source\'s header map names "money" for "Amount", which is no field: not used.',
  ]);
});

Deno.test("no header of the contract means two fields", () => {
  const owner = new Map<string, Field>();
  for (const field of FIELDS) {
    for (const header of headersOf(field)) {
      const folded = foldHeader(header);
      assertEquals(owner.get(folded) ?? field, field, header);
      owner.set(folded, field);
    }
  }
});
