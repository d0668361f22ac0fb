// How figures are written: whole numbers with separators, money in 万元 with the exact sum beside it, days and moments.

import { currentLanguage, say } from "./words";

const FEN_PER_YUAN = 100;
const YUAN_PER_WAN = 10_000;
const YUAN_PER_THOUSAND = 1_000;
const YUAN_PER_MILLION = 1_000_000;

function locale(): string {
  return currentLanguage() === "zh" ? "zh-CN" : "en-GB";
}

const KINDS = {
  whole: {},
  signed: { signDisplay: "exceptZero" },
  money: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
} as const satisfies Record<string, Intl.NumberFormatOptions>;

const formats = new Map<string, Intl.NumberFormat>();

/** `amount` in the language of the page. Formats are kept: to make one takes longer than to write a hundred figures. */
function written(amount: number, kind: keyof typeof KINDS): string {
  const key = `${locale()} ${kind}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(locale(), KINDS[kind]);
  formats.set(key, format);
  return format.format(amount);
}

export function whole(amount: number): string {
  return written(amount, "whole");
}

export function signed(amount: number): string {
  return written(amount, "signed");
}

/** The exact sum, in yuan with two decimals. */
export function yuan(fen: number): string {
  return `${written(fen / FEN_PER_YUAN, "money")} ${say("元", "yuan")}`;
}

/** The sum that was typed in yuan, in fen. */
export function fenOf(inYuan: string): number {
  return Math.round(Number(inYuan) * FEN_PER_YUAN);
}

/** The sum at a glance: 万元, in English thousands or millions of yuan. */
export function money(fen: number): string {
  const inYuan = fen / FEN_PER_YUAN;
  if (currentLanguage() === "zh") return `${written(inYuan / YUAN_PER_WAN, "money")} 万元`;
  return Math.abs(inYuan) < YUAN_PER_MILLION
    ? `${written(inYuan / YUAN_PER_THOUSAND, "money")}k yuan`
    : `${written(inYuan / YUAN_PER_MILLION, "money")}m yuan`;
}

export function percent(text: string | null): string {
  return text === null ? "—" : `${text}%`;
}

export function moment(at: Date): string {
  return at.toLocaleString(locale(), { hour12: false });
}
