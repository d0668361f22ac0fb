// What one person proposed and another one confirms or rejects.

import { post } from "./api";
import type { Decide } from "./Decisions";
import { Field, Form } from "./forms";
import { type Name, say } from "./words";

interface Props {
  /** The address of the proposal. */
  path: string;
  proposedBy: string;
  /** Who is signed in. */
  person: string;
  /** What it is about, as it is said afterwards: `about` "is confirmed". */
  about: string;
  /** What the buttons say it is about, where a list has several kinds. */
  kind?: string;
  confirmed: Name;
  rejected: Name;
  decide: Decide;
}

/** Both decisions, for whoever did not propose it. */
export function SecondPerson(props: Props) {
  const { path, about, decide } = props;
  const of = props.kind === undefined ? "" : say(`：${props.kind}`, `: ${props.kind}`);
  if (props.proposedBy === props.person)
    return <p class="soft">{say("由您提出，须由他人复核。", "You proposed it; another person decides.")}</p>;
  return (
    <div class="row no-print">
      <Form
        name={say("确认", "Confirm")}
        button={say("确认", "Confirm") + of}
        send={(_, key) => decide(about, props.confirmed, () => post(`${path}/confirmation`, undefined, key))}
      >
        {null}
      </Form>
      <details>
        <summary>{say("不同意", "Reject")}</summary>
        <Form
          name={say("不同意", "Reject")}
          button={say("不同意", "Reject") + of}
          send={(filled, key) => decide(about, props.rejected, () => post(`${path}/rejection`, filled, key))}
        >
          <Field name="reason" label={say("理由", "Reason")} minLength={2} maxLength={500} required />
        </Form>
      </details>
    </div>
  );
}
