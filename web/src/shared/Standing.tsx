// How something that was sent in stands, for whoever has its receipt.

import { useState } from "preact/hooks";
import { post } from "./api";
import { moment } from "./figures";
import { Field, type Filled, Form } from "./forms";
import { type Name, say } from "./words";

export interface Received {
  received_at: string;
  due_on: string | null;
  answer: string | null;
}

/** Asks at `path`, and shows what the answer comes to in the words of `state`. */
export function Standing<Answer extends Received>(props: {
  path: string;
  title: string;
  state: (answer: Answer) => Name;
  class: string;
}) {
  const [found, setFound] = useState<Answer | null>(null);
  const look = async (filled: Filled) => {
    setFound(null);
    setFound(await post<Answer>(props.path, filled));
  };
  return (
    <section class={props.class} aria-labelledby="state-title">
      <h2 id="state-title">{props.title}</h2>
      {found && (
        <div class="message" role="status">
          <p>
            <b>{say(...props.state(found))}</b>
            {say(
              `（${moment(new Date(found.received_at))} 收到）`,
              ` (received ${moment(new Date(found.received_at))})`,
            )}
          </p>
          {found.answer && <p>{found.answer}</p>}
          {!found.answer && found.due_on && (
            <p>{say(`${found.due_on} 前答复。`, `To be answered by ${found.due_on}.`)}</p>
          )}
        </div>
      )}
      <Form name={props.title} button={say("查询", "Look up")} send={look}>
        <Field name="receipt" label={say("回执编号", "Receipt")} maxLength={64} required />
      </Form>
    </section>
  );
}
