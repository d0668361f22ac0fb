// A list of candidates as clerks have it: pasted from a spreadsheet (tabs) or from a CSV file. Only cut into cells here;
// whether they are right is decided by the service.

import type { Name } from "../shared/words";

export interface Row {
  local_id: string | undefined;
  name: string | undefined;
  document_number: string | undefined;
  years_of_work: number | string | undefined;
}

export const HEADINGS: readonly Name[] = [
  ["考生编号", "candidate number"],
  ["姓名", "name"],
  ["证件号码", "document number"],
  ["从业年限", "years of work"],
];

/** The text of a file: UTF-8, or as spreadsheets here write it. */
export function decoded(content: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return new TextDecoder("gb18030").decode(content);
  }
}

/** The cells of a line; a cell in quotes may hold the separator. */
function cells(line: string): string[] {
  if (line.includes("\t")) return line.split("\t").map((cell) => cell.trim());
  const found = line.matchAll(/(?:^|[,，])(?:"((?:[^"]|"")*)"|([^,，]*))/g);
  return [...found].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? "").trim());
}

export function parsed(text: string): Row[] {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim());
  const rows = lines.map(cells);
  const isHeading = (row: string[] | undefined) => HEADINGS.some(([zh, en]) => row?.includes(zh) || row?.includes(en));
  return (isHeading(rows[0]) ? rows.slice(1) : rows).map(([local_id, name, document_number, years]) => ({
    local_id: local_id || undefined,
    name: name || undefined,
    document_number: document_number || undefined,
    years_of_work: years ? (/^\d+$/.test(years) ? Number(years) : years) : undefined,
  }));
}
