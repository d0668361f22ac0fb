// Requests to the service that the page came from. What went wrong comes back in words for people, in both languages.

import type { Name } from "./words";

const WAIT_MS = 8_000;

interface Problem {
  code?: string;
  title?: string;
  title_zh?: string;
  cure?: string;
  cure_zh?: string;
}

/** A service refused, or could not be reached (`status` 0). */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly words: Name,
  ) {
    super(words[1]);
  }
}

const AWAY: Name = ["暂时无法连接，请稍后再试。", "The service cannot be reached at the moment. Try again later."];

function wordsOf(problem: Problem): Name {
  const zh = [problem.title_zh, problem.cure_zh].filter(Boolean).join("");
  const en = [problem.title, problem.cure].filter(Boolean).join(" ");
  return zh || en ? [zh || en, en || zh] : AWAY;
}

async function answered(path: string, options: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { signal: AbortSignal.timeout(WAIT_MS), ...options });
  } catch {
    throw new Refused(0, "away", AWAY);
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  throw new Refused(answer.status, problem.code ?? "", wordsOf(problem));
}

function writing(method: string, body: unknown): RequestInit {
  if (body === undefined) return { method };
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  return (await (await answered(path, options)).json()) as T;
}

/** A write that is answered with nothing. */
export async function send(path: string, method: string, body?: unknown): Promise<void> {
  await answered(path, writing(method, body));
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return ask<T>(path, writing("POST", body));
}

/** A path with the parameters that are set. */
export function path(base: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text ? `${base}?${text}` : base;
}
