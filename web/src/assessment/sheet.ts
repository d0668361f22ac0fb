// A list of candidates as clerks have it: pasted from a spreadsheet (tabs) or from a CSV file, with the columns of the
// file of candidates. Only cut into cells and put into the form of a request here; whether it is right is decided by
// the service. Words that stand for nothing it knows are told here, because it would name its codes.

import { AWARDS } from "../shared/awards";
import type { Name } from "../shared/words";

interface Column {
  heading: Name;
  /** Other headings that it is known by. */
  aliases?: readonly string[];
}

/** In the order of the file. Beside the first and the person, all may be empty. */
const COLUMNS = {
  local_id: { heading: ["考生编号", "candidate number"] },
  name: { heading: ["姓名", "name"], aliases: ["考生姓名"] },
  document_kind: { heading: ["证件类型", "document"] },
  document_number: { heading: ["证件号码", "document number"], aliases: ["身份证号", "身份证号码", "证件号"] },
  years_of_work: { heading: ["从业年限", "years of work"] },
  level: { heading: ["已有证书等级", "level of a certificate"] },
  number: { heading: ["已有证书编号", "number of the certificate"] },
  certified_on: { heading: ["证书日期", "day of the certificate"] },
  paper: { heading: ["学历或职称", "diploma or title"] },
  paper_on: { heading: ["取得日期", "day of the diploma or title"] },
} as const satisfies Record<string, Column>;
type Field = keyof typeof COLUMNS;

const FIELDS = Object.keys(COLUMNS) as Field[];
/** Without headings, rows of so many cells or fewer are those that everybody has. */
const SHORT: readonly Field[] = ["local_id", "name", "document_number", "years_of_work"];
const SESSION: Name = ["考试编号", "session number"];

export const HEADINGS: readonly Name[] = FIELDS.map((field) => COLUMNS[field].heading);

export const LEVELS = ["L1", "L2", "L3", "L4", "L5", "L6", "L7"];
export const PAPERS: Readonly<Record<string, Name>> = {
  diploma_secondary_vocational: ["中等职业学校毕业证", "Diploma of a secondary vocational school"],
  diploma_senior_worker_class: ["技工院校高级工班毕业证", "Diploma of a senior workers' class"],
  diploma_technician_college: ["技师学院预备技师毕业证", "Diploma of a technicians' college"],
  diploma_college: ["大专及以上毕业证", "Diploma of a college"],
  diploma_college_reviewed: ["大专及以上毕业证（专业经评估）", "Diploma of a college, of a reviewed programme"],
  title_junior: ["初级职称", "Junior title"],
  title_intermediate: ["中级职称", "Intermediate title"],
};
/** Certificates that a candidate can hold already. */
const HELD = Object.fromEntries(LEVELS.flatMap((level) => (AWARDS[level] ? [[level, AWARDS[level]]] : [])));
const DOCUMENTS: Readonly<Record<string, Name>> = {
  resident_id: ["居民身份证", "Resident identity card"],
  residence_permit: ["港澳台居民居住证", "Residence permit"],
  foreign_permanent_resident: ["外国人永久居留身份证", "Foreign permanent resident card"],
};
const SPOKEN: Readonly<Record<string, string>> = { 身份证: "resident_id" };
const DAY = /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$/;

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

function fieldOf(heading: string): Field | "session" | undefined {
  const said = heading.toLowerCase();
  if (said === SESSION[0] || said === SESSION[1]) return "session";
  return FIELDS.find((field) => {
    const { heading: names, aliases }: Column = COLUMNS[field];
    return names.includes(said) || aliases?.includes(said);
  });
}

/** The code of what is written in words of either language. */
function coded(names: Readonly<Record<string, Name>>, said: string | undefined): string | undefined {
  return said && (SPOKEN[said] ?? Object.keys(names).find((code) => code === said || names[code]?.includes(said)));
}

function day(said: string): string {
  const [, year, month = "", of = ""] = DAY.exec(said) ?? [];
  return year ? `${year}-${month.padStart(2, "0")}-${of.padStart(2, "0")}` : said;
}

/** A candidate as the service takes one. */
export type Row = Readonly<Record<string, unknown>>;

function row(said: Partial<Record<Field, string>>): Row {
  const { level, number, certified_on, paper, paper_on, years_of_work: years, document_kind: kind } = said;
  const certificate = {
    level: coded(HELD, level),
    number,
    issued_on: certified_on && day(certified_on),
  };
  return {
    local_id: said.local_id,
    name: said.name,
    document_kind: coded(DOCUMENTS, kind),
    document_number: said.document_number,
    years_of_work: years && (/^\d+$/.test(years) ? Number(years) : years),
    certificates: level || number || certified_on ? [certificate] : undefined,
    papers: paper || paper_on ? [{ kind: coded(PAPERS, paper), issued_on: paper_on && day(paper_on) }] : undefined,
  };
}

/** A cell that has to hold one of some words, and holds another. */
export interface Unknown {
  row: number;
  heading: Name;
  said: string;
  known: readonly Name[];
}

const CHOICES: readonly (readonly [Field, Readonly<Record<string, Name>>])[] = [
  ["document_kind", DOCUMENTS],
  ["level", HELD],
  ["paper", PAPERS],
];

function unknown(said: Partial<Record<Field, string>>, place: number): Unknown[] {
  return CHOICES.flatMap(([field, names]) => {
    const word = said[field];
    if (!word || coded(names, word)) return [];
    return [{ row: place + 1, heading: COLUMNS[field].heading, said: word, known: Object.values(names) }];
  });
}

export interface Sheet {
  rows: Row[];
  unknown: Unknown[];
  /** Numbers of other sessions that rows name. */
  strays: string[];
}

/** The candidates of a sheet for the session `session`: by its headings, or without any in the order of the file. */
export function parsed(text: string, session: string): Sheet {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim());
  const found = lines.map(cells);
  const headed = (found[0] ?? []).map(fieldOf);
  const hasHeadings = headed.includes("name") || headed.includes("document_number");
  const strays = new Set<string>();
  const faults: Unknown[] = [];
  const rows = (hasHeadings ? found.slice(1) : found).map((cut, place) => {
    const order = hasHeadings ? headed : cut.length > SHORT.length ? FIELDS : SHORT;
    const said: Partial<Record<Field | "session", string>> = {};
    order.forEach((field, column) => {
      const cell = cut[column];
      if (field && cell) said[field] = cell;
    });
    if (said.session && said.session !== session) strays.add(said.session);
    faults.push(...unknown(said, place));
    return row(said);
  });
  return { rows, unknown: faults, strays: [...strays] };
}
