// Requests to the service that the page came from. What went wrong comes back in words for people, in both languages.

import type { Name } from "./words";

const WAIT_MS = 8_000;
const FILE_WAIT_MS = 120_000;
/** Tells the page that nobody is signed in any more. */
export const SIGNED_OUT = "signed-out";

/** What is wrong, as services word it; `pointer` names the field that it is about, and `column` that of a file. */
export interface Problem {
  code: string;
  pointer?: string;
  title?: string;
  title_zh?: string;
  cure?: string;
  cure_zh?: string;
  column?: string;
  column_zh?: string;
}

/** A service refused, or could not be reached (`status` 0). `problems` are its parts, at least one. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly words: Name,
    readonly problems: readonly Problem[] = [],
  ) {
    super(words[1]);
  }

  /** Whether the same may succeed a moment later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 503;
  }
}

const AWAY: Name = ["暂时无法连接，请稍后再试。", "The service cannot be reached at the moment. Try again later."];

export function wordsOf(problem: Partial<Problem>): Name {
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
  const problem = (await answer.json().catch(() => ({ code: "" }))) as Problem & { errors?: Problem[] };
  const refused = new Refused(answer.status, problem.code, wordsOf(problem), problem.errors ?? [problem]);
  if (answer.status === 401) dispatchEvent(new Event(SIGNED_OUT));
  throw refused;
}

function writing(method: string, body: unknown): RequestInit {
  if (body === undefined) return { method };
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  const answer = await answered(path, options);
  try {
    return (await answer.json()) as T;
  } catch {
    // It began and did not end in time.
    throw new Refused(0, "away", AWAY);
  }
}

/** A write that is answered with nothing. */
export async function send(path: string, method: string, body?: unknown): Promise<void> {
  await answered(path, writing(method, body));
}

/** With the same `key`, the same request is done once, however often it is sent. */
export function post<T>(path: string, body: unknown, key?: string): Promise<T> {
  const options = writing("POST", body);
  return ask<T>(path, key ? { ...options, headers: { ...options.headers, "Idempotency-Key": key } } : options);
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** Sends a file, with its name where no address shows it. */
export function postFile<T>(path: string, file: File): Promise<T> {
  const headers = { "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}` };
  return ask<T>(path, { method: "POST", body: file, headers, signal: AbortSignal.timeout(FILE_WAIT_MS) });
}

/** A file that a service makes, saved under `name`. */
export async function save(path: string, name: string): Promise<void> {
  const answer = await answered(path, { signal: AbortSignal.timeout(FILE_WAIT_MS) });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FILE_WAIT_MS);
}

export interface Page<T> {
  rows: T[];
  next: string | null;
}

/** All rows of a list, page by page. */
export async function all<T>(
  base: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await ask<Page<T>>(path(base, { ...parameters, size: "500", cursor }));
    rows.push(...page.rows);
    cursor = page.next ?? undefined;
  } while (cursor);
  return rows;
}

/** What stands at `base` under each of `ids`, each asked for once. */
export async function byId<T>(base: string, ids: readonly string[]): Promise<ReadonlyMap<string, T>> {
  const known = [...new Set(ids)];
  const found = await Promise.all(known.map((id) => ask<T>(`${base}/${id}`)));
  return new Map(known.map((id, place) => [id, found[place] as T]));
}

/** A path with the parameters that are set. */
export function path(base: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text ? `${base}?${text}` : base;
}
