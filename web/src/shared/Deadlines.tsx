// What was sent in and has to be answered by a day: open before answered, the nearest day first.

import { type Name, say } from "./words";

interface Awaited {
  status: string;
  due_on: string | null;
}

export function byDeadline(one: Awaited, other: Awaited): number {
  return (
    Number(other.status === "open") - Number(one.status === "open") ||
    (one.due_on ?? "").localeCompare(other.due_on ?? "")
  );
}

export function Due(props: { on: string | null; isOverdue: boolean }) {
  return (
    <td class="text">
      {props.on ?? "—"} {props.isOverdue && <span class="badge bad">{say("已逾期", "Overdue")}</span>}
    </td>
  );
}

/** A state in the words of `name`; `waits` for somebody, or is over. */
export function State(props: { name: string; waits: boolean }) {
  return (
    <td class="text">
      <span class={props.waits ? "badge warn" : "badge"}>{props.name}</span>
    </td>
  );
}

export function Answered(props: { answer: string | null }) {
  return (
    props.answer && (
      <p>
        <b>{say("答复：", "Answer: ")}</b>
        {props.answer}
      </p>
    )
  );
}

export const ANSWERED: Name = ["已答复。", "is answered."];
