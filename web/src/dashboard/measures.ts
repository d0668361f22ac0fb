// What the measures are called, and how an amount of each is written.

import { money, whole, yuan } from "../shared/figures";
import { type Name, say } from "../shared/words";
import type { Measure } from "./answers";

const CALLED: Readonly<Record<Measure, Name>> = {
  trainings: ["完成培训（人次）", "Trainings completed"],
  subsidised_trainings: ["补贴性培训（人次）", "Subsidised trainings"],
  certificates: ["新发证书（本）", "Certificates issued"],
  high_skilled_persons: ["新增高技能人才（人）", "New high-skilled persons"],
  in_training: ["在训（人次）", "In training"],
  approved_fen: ["批准金额", "Approved"],
  paid_fen: ["拨付金额", "Paid"],
  recovered_fen: ["追回金额", "Recovered"],
};

export function called(measure: Measure): string {
  return say(...CALLED[measure]);
}

export function isMoney(measure: Measure): boolean {
  return measure.endsWith("_fen");
}

export function written(measure: Measure, amount: number): string {
  return isMoney(measure) ? money(amount) : whole(amount);
}

/** The amount without rounding. */
export function exact(measure: Measure, amount: number): string {
  return isMoney(measure) ? yuan(amount) : whole(amount);
}
