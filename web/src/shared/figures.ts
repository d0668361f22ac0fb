// How figures are written: whole numbers with separators, money in 万元 with the exact sum beside it, days and moments.

import { currentLanguage, say } from "./words";

const FEN_PER_YUAN = 100;
const YUAN_PER_WAN = 10_000;
const YUAN_PER_THOUSAND = 1_000;
const YUAN_PER_MILLION = 1_000_000;

function locale(): string {
  return currentLanguage() === "zh" ? "zh-CN" : "en-GB";
}

export function whole(amount: number): string {
  return amount.toLocaleString(locale());
}

export function signed(amount: number): string {
  return amount.toLocaleString(locale(), { signDisplay: "exceptZero" });
}

/** The exact sum, in yuan with two decimals. */
export function yuan(fen: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `${(fen / FEN_PER_YUAN).toLocaleString(locale(), digits)} ${say("元", "yuan")}`;
}

/** The sum at a glance: 万元, in English thousands or millions of yuan. */
export function money(fen: number): string {
  const inYuan = fen / FEN_PER_YUAN;
  const written = (amount: number) =>
    amount.toLocaleString(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (currentLanguage() === "zh") return `${written(inYuan / YUAN_PER_WAN)} 万元`;
  return Math.abs(inYuan) < YUAN_PER_MILLION
    ? `${written(inYuan / YUAN_PER_THOUSAND)}k yuan`
    : `${written(inYuan / YUAN_PER_MILLION)}m yuan`;
}

export function percent(text: string | null): string {
  return text === null ? "—" : `${text}%`;
}

export function moment(at: Date): string {
  return at.toLocaleString(locale(), { hour12: false });
}
