// Classes as the registry answers them, and what their states, steps and needs are called.

import type { Name } from "../shared/words";

export type Status = "filed" | "returned" | "approved" | "running" | "completed" | "cancelled";

export interface TrainingClass {
  id: string;
  institution_id: string;
  local_id: string;
  programme: string;
  region: string;
  occupation: string;
  award: string;
  fund_source: string | null;
  starts_on: string;
  ends_on: string;
  hours: number;
  seats: number;
  status: Status;
  version: number;
  project: string | null;
  site_id: string | null;
  teaching_plan: string | null;
  exam_plan: { planned_on: string; place: string | null } | null;
  government_fen: number;
  enterprise_fen: number;
  individual_fen: number;
  signed_order: boolean;
  filed_on: string | null;
  answer_due_on: string | null;
  return_reasons: string[];
  checked_on: string | null;
}

/** With its trainees and what it needs next. */
export interface ClassInHand extends TrainingClass {
  seated: number;
  in_training: number;
  next_step: string | null;
  next_on: string | null;
  needs: string[];
}

export interface Trainee {
  id: string;
  class_id: string;
  local_id: string;
  name: string;
  document_number: string;
  status: string;
  hours: number;
  employment: string | null;
  version: number;
}

export const STATES: Readonly<Record<Status, Name>> = {
  filed: ["待审批", "Awaiting approval"],
  returned: ["已退回", "Returned"],
  approved: ["已批准", "Approved"],
  running: ["进行中", "Running"],
  completed: ["已结班", "Completed"],
  cancelled: ["已取消", "Cancelled"],
};

export const STEPS: Readonly<Record<string, Name>> = {
  answer: ["等待县级审批", "The county answers"],
  refile: ["改好后重新报备", "Correct it and file it again"],
  start: ["开班", "Start the class"],
  teach: ["授课并记录考勤", "Teach and record attendance"],
  conclude: ["按考勤登记结业结果", "Record outcomes from attendance"],
  complete: ["结班", "Complete the class"],
  follow_up: ["评价取证、申领补贴", "Examination, certificates and the claim"],
};

export const NEEDS: Readonly<Record<string, Name>> = {
  site: ["培训地点", "a site"],
  teaching_plan: ["教学计划", "a teaching plan"],
  exam_plan: ["考核计划", "an examination plan"],
  trainees: ["登记学员", "trainees on the roster"],
  site_check: ["县级开班前核查", "the county's check of the site"],
  first_day: ["到开班日", "the first day"],
  last_day: ["结束日过后", "the last day to be over:"],
  correction: ["按退回意见更正", "what the county asked for"],
};

export const OUTCOMES: Readonly<Record<string, Name>> = {
  in_training: ["在训", "In training"],
  deferred: ["休学", "Deferred"],
  completed: ["结业", "Completed"],
  failed: ["未结业", "Not completed"],
  withdrawn: ["退学", "Withdrawn"],
  transferred: ["转班", "Transferred"],
};

export const FUNDS: readonly (readonly [string, Name])[] = [
  ["special_account", ["职业技能提升行动专账资金", "Special account for skills"]],
  ["employment_fund", ["就业补助资金", "Employment subsidies"]],
  ["unemployment_insurance", ["失业保险基金", "Unemployment insurance fund"]],
  ["other", ["其他资金", "Other funds"]],
];

export const EMPLOYMENT: readonly (readonly [string, Name])[] = [
  ["employed", ["在职", "Employed"]],
  ["self_employed", ["自主创业", "Self-employed"]],
  ["unemployed", ["失业", "Unemployed"]],
  ["student", ["在校学生", "Student"]],
  ["retired", ["退休", "Retired"]],
];
