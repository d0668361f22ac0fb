// Sessions, bodies and examiners as the assessment service answers them, and what their states and steps are called.

import { useAnswer } from "../shared/answer";
import { all, ask } from "../shared/api";
import { type Name, named, say } from "../shared/words";

export type Status = "filed" | "returned" | "approved" | "sealed" | "published" | "concluded" | "cancelled";
export type Part = "theory" | "skills" | "review";

export interface Sitting {
  part: Part;
  room: string;
  begins_at: string;
  ends_at: string;
  seats: number;
  examiners: string[];
}

export interface Session {
  id: string;
  body_id: string;
  local_id: string;
  class_id: string | null;
  programme: string;
  region: string;
  occupation: string;
  award: string;
  held_on: string;
  status: Status;
  version: number;
  place: string | null;
  sittings: Sitting[];
  supervisors: string[];
  public_until: string | null;
}

/** With its candidates counted and what it needs next. */
export interface SessionInHand extends Session {
  candidates: number;
  passed: number;
  absent: number;
  without_result: number;
  next_task: string | null;
  next_on: string | null;
  needs: string[];
}

export interface Scope {
  id: string;
  occupation: string;
  award: string;
}

export interface Body {
  id: string;
  name: string;
  region: string;
  reporting_region: string;
  scope: Scope[];
}

export interface Examiner {
  id: string;
  local_id: string;
  name: string;
  kind: "examiner" | "supervisor";
  card: string | null;
  first_on: string;
  last_on: string | null;
  status: string;
  qualifications: { occupation: string; award: string; certificate: string; last_on: string | null }[];
}

export interface ExaminableClass {
  id: string;
  institution_name: string | null;
  local_id: string | null;
  occupation: string;
  award: string;
  starts_on: string | null;
}

export interface ProgrammeName {
  year: number;
  code: string;
  parent: string | null;
  name_zh: string | null;
  name_en: string | null;
}

/** Standards name occupations. */
type Occupations = ReadonlyMap<string, string>;

export interface Names {
  body: Body;
  occupations: Occupations;
  programmes: readonly ProgrammeName[];
}

async function occupationsKnown(): Promise<Occupations> {
  const found = await ask<{ occupation: string; name_zh: string }[]>("v1/standards");
  return new Map(found.map((each) => [each.occupation, each.name_zh]));
}

async function read(organisation: string): Promise<Names> {
  const [body, occupations, programmes] = await Promise.all([
    ask<Body>(`v1/bodies/${organisation}`),
    occupationsKnown(),
    ask<ProgrammeName[]>("v1/programme-names"),
  ]);
  return { body, occupations, programmes };
}

export function useNames(organisation: string) {
  return useAnswer(() => read(organisation), [organisation]);
}

export function useOccupations() {
  return useAnswer(occupationsKnown, []);
}

export function occupationName(occupations: Occupations, code: string): string {
  const name = occupations.get(code);
  return name ? `${name}（${code}）` : code;
}

export async function inHand(): Promise<SessionInHand[]> {
  const found = await all<SessionInHand>("v1/session-tasks");
  return found.sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status) || later(one, other));
}

function later(one: Session, other: Session): number {
  return one.held_on < other.held_on ? 1 : -1;
}

const ORDER: readonly Status[] = ["returned", "filed", "approved", "sealed", "published", "concluded", "cancelled"];

export const STATES: Readonly<Record<Status, Name>> = {
  filed: ["已报备", "Filed"],
  returned: ["已退回", "Returned"],
  approved: ["已批准", "Approved"],
  sealed: ["名单已封存", "Roster sealed"],
  published: ["成绩公示中", "Results public"],
  concluded: ["已结束", "Concluded"],
  cancelled: ["已取消", "Cancelled"],
};

export const TONES: Readonly<Record<Status, string>> = {
  filed: "warn",
  returned: "bad",
  approved: "good",
  sealed: "good",
  published: "good",
  concluded: "soft",
  cancelled: "soft",
};

export const PARTS: Readonly<Record<Part, Name>> = {
  theory: ["理论", "Theory"],
  skills: ["技能", "Skills"],
  review: ["综合评审", "Review"],
};

const TASKS: Readonly<Record<string, Name>> = {
  approve: ["等待主管部门批准", "The authority approves it"],
  refile: ["改好后重新报备", "Correct it and file it again"],
  move: ["考试日期已到，请改期", "Its day has come: give it another day"],
  add_candidates: ["报送考生", "Add candidates"],
  seal: ["封存考生名单", "Seal the roster"],
  examine: ["组织考试", "Hold the exam"],
  record_results: ["登记成绩", "Record the results"],
  publish: ["公示成绩", "Make the results public"],
  conclude: ["结束考试、颁发证书", "Conclude it and issue certificates"],
  follow_up: ["已颁发证书", "Certificates are issued"],
};

const NEEDS: Readonly<Record<string, Name>> = {
  correction: ["按退回意见更正", "what the authority asked for"],
  candidates: ["考生名单", "candidates"],
  exam_day: ["到考试日", "the day of the exam"],
  results: ["全部考生的成绩", "the results of all candidates"],
  publicity_over: ["公示期满", "the publicity to be over"],
  another_person: ["由未登记成绩的同事办理", "a colleague who has posted no results of it"],
};
const BEFORE = new Set(["approve", "add_candidates", "seal", "refile"]);

/** The task, its day and what it lacks, in one sentence. */
export function taskWords(one: SessionInHand): string {
  if (!one.next_task) return "—";
  const isDue = BEFORE.has(one.next_task);
  const day = one.next_on
    ? isDue
      ? say(`（${one.next_on} 之前）`, ` (before ${one.next_on})`)
      : say(`（${one.next_on} 起）`, ` (from ${one.next_on} on)`)
    : "";
  const lacks = one.needs.map((need) => named(NEEDS, need));
  const missing = lacks.length ? say(`；尚需：${lacks.join("、")}`, `; it still needs: ${lacks.join(", ")}`) : "";
  return `${named(TASKS, one.next_task)}${day}${missing}`;
}

/** A time of day of an instant, as clocks here show it. */
export function clock(instant: string): string {
  return new Date(instant).toLocaleTimeString("zh-CN", {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: "Asia/Shanghai",
  });
}
