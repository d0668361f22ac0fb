// What a service refused, in words for people: each fault beside the name of the field that it is about.

import type { Problem, Refused } from "./api";
import { say } from "./words";

type Labels = Readonly<Record<string, string>>;

/** The name of the field that `problem` is about, as the page shows it. */
function labelOf(problem: Problem, labels: Labels): string | undefined {
  const field = (problem.pointer ?? "")
    .split("/")
    .reverse()
    .find((part) => labels[part]);
  return say(problem.column_zh ?? "", problem.column ?? "") || (field && labels[field]);
}

/** `text` with the names that fields have on the page in the place of those that programs use. */
function readable(text: string, labels: Labels): string {
  return text
    .replace(/[（(][a-z]+(_[a-z]+)+[）)]/g, "")
    .replace(/ \((its )?[a-z]+(_[a-z]+)+\)/g, "")
    .replace(/[a-z]+(_[a-z]+)+/g, (name) => labels[name] ?? name)
    .replace(/[（(]?mode=validate[）)]?/g, "");
}

/** What is wrong and what to do about it. */
export function sentence(problem: Problem, labels: Labels = {}): string {
  if (problem.code === "string-pattern-mismatch")
    return say("含有不能使用的字符。", "It contains characters that cannot stand here.");
  const zh = [problem.title_zh, problem.cure_zh].filter(Boolean).join("");
  const en = [problem.title, problem.cure].filter(Boolean).join(" ");
  return readable(say(zh || en, en || zh), labels);
}

export function Faults(props: { refused: Refused; labels?: Labels | undefined }) {
  const { refused, labels = {} } = props;
  const lines = refused.problems.length
    ? refused.problems.map((each) => [labelOf(each, labels), sentence(each, labels)] as const)
    : [[undefined, say(...refused.words)] as const];
  return (
    <div class="message bad" role="alert">
      {lines.length === 1 ? <Line line={lines[0]} /> : null}
      {lines.length > 1 && (
        <>
          <p>{say(`有 ${lines.length} 处需要更正：`, `${lines.length} things to correct:`)}</p>
          <ul>
            {lines.map((line) => (
              <li key={line.join()}>
                <Line line={line} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Line(props: { line: readonly [string | undefined, string] | undefined }) {
  const [label, words] = props.line ?? [undefined, ""];
  const said =
    words || say("暂时无法连接，请稍后再试。", "The service cannot be reached at the moment. Try again later.");
  return (
    <span>
      {label && <b>{say(`${label}：`, `${label}: `)}</b>}
      {said}
    </span>
  );
}
