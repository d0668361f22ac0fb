// Claims and quotes as the subsidy service answers them, and what their states are called.

import { byId } from "../shared/api";
import type { Name } from "../shared/words";

export interface Claim {
  id: string;
  local_id: string;
  class_id: string;
  class_local_id: string | null;
  institution_id: string;
  institution_name: string | null;
  region: string;
  reporting_region: string;
  fund_source: string;
  handled_by: string | null;
  occupation: string;
  award: string;
  status: string;
  submitted_on: string | null;
  approved_on: string | null;
  paid_on: string | null;
  due_on: string | null;
  held_until: string | null;
  public_until: string | null;
  amount_fen: number;
  kept_fen: number;
  recovered_fen: number;
  version: number;
}

export interface Line {
  line: number;
  enrolment_id: string;
  trained_on: string;
  amount_fen: number;
  refusal: string | null;
  refusal_en: string | null;
  refusal_zh: string | null;
  recovered_fen: number;
  written_off_fen: number;
  stopped_fen: number;
  owed: unknown;
  held_by: { institution: string | null; until: string | null; paid_on: string | null }[];
}

/** What the bank paid once more for a claim. */
export interface DoublePayment {
  id: string;
  claim_id: string;
  institution_id: string;
  region: string;
  paid_on: string;
  amount_fen: number;
  recovered_fen: number;
  written_off_fen: number;
  outstanding_fen: number;
  reference: string;
  reason: string;
  proposed_by: string;
  confirmed_by: string;
  status: "outstanding" | "settled" | "cancelled";
  version: number;
}

export interface ClaimStep {
  version: number;
  verb: string;
  done_by: string;
  done_at: string;
  reason: string | null;
}

export interface WholeClaim extends Claim {
  lines: Line[];
  history: ClaimStep[];
  held_by: { id: string; cure_en: string; cure_zh: string }[];
}

/** The claims that `found` are about. */
export function claimsOf(found: readonly { claim_id: string }[]): Promise<ReadonlyMap<string, Claim>> {
  return byId(
    "v1/claims",
    found.map((each) => each.claim_id),
  );
}

export const STATES: Readonly<Record<string, Name>> = {
  draft: ["草稿", "Draft"],
  submitted: ["已提交", "Submitted"],
  first_review: ["初审中", "First review"],
  second_review: ["复审中", "Second review"],
  publicity: ["公示中", "Public"],
  objected: ["有异议", "Objected to"],
  returned: ["已退回", "Returned"],
  rejected: ["不予通过", "Rejected"],
  withdrawn: ["已撤回", "Withdrawn"],
  approved: ["已批准，待拨付", "Approved, to be paid"],
  paid: ["已拨付", "Paid"],
  payment_failed: ["拨付失败", "Payment failed"],
  recovered: ["已追回", "Recovered"],
  written_off: ["已核销", "Written off"],
};

export const VERBS: Readonly<Record<string, Name>> = {
  draft: ["生成申领", "Drafted"],
  submit: ["提交", "Submitted"],
  rebuild: ["重新生成", "Built again"],
  withdraw: ["撤回", "Withdrawn"],
  expire: ["过期", "Expired"],
  take: ["受理", "Taken"],
  pass_review: ["初审通过", "Passed the first review"],
  publish: ["公示", "Made public"],
  object: ["收到异议", "Objected to"],
  answer_objection: ["答复异议", "Objection answered"],
  settle_objection: ["处理异议", "Objection settled"],
  reopen: ["重新打开", "Opened again"],
  return: ["退回", "Returned"],
  reject: ["不予通过", "Rejected"],
  approve: ["批准", "Approved"],
  pay: ["拨付", "Paid"],
  fail_payment: ["拨付失败", "Payment failed"],
  refuse_payment: ["银行退回", "Refused by the bank"],
  recover: ["追回", "Recovered"],
  recover_rest: ["追回余额", "The rest recovered"],
  reverse_recovery: ["撤销追回", "Recovery reversed"],
  lapse_offset: ["抵扣失效", "Offset lapsed"],
  write_off: ["核销", "Written off"],
  write_off_rest: ["核销余额", "The rest written off"],
  reverse_write_off: ["撤销核销", "Write-off reversed"],
  correct: ["更正", "Corrected"],
  stop: ["停止拨付", "Stopped"],
  owe: ["登记应追回", "Found to be owed back"],
  dismiss_owed: ["不再追回", "No longer owed"],
};

/** When money comes, as far as it is known. */
export function payment(claim: Claim): Name {
  if (claim.paid_on) return [`${claim.paid_on} 已拨付`, `Paid on ${claim.paid_on}`];
  if (claim.status === "approved") return ["已批准，等待财务拨付", "Approved; finance pays next"];
  if (claim.status === "publicity" && claim.public_until)
    return [`公示至 ${claim.public_until}，之后审批`, `Public until ${claim.public_until}, then decided`];
  if (claim.due_on) return [`${claim.due_on} 前审核完毕`, `To be reviewed by ${claim.due_on}`];
  if (claim.status === "draft" && claim.held_until)
    return [`草稿保留至 ${claim.held_until}，请提交`, `The draft is kept until ${claim.held_until}: submit it`];
  return ["—", "—"];
}

export const FUNDS: Readonly<Record<string, Name>> = {
  special_account: ["职业技能提升行动专账资金", "Special account for skills"],
  employment_fund: ["就业补助资金", "Employment subsidies"],
  unemployment_insurance: ["失业保险基金", "Unemployment insurance fund"],
  other: ["其他资金", "Other funds"],
};
