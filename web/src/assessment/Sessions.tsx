// A body's sessions: their state, day, candidates, and what each needs next.

import { Shown, useAnswer } from "../shared/answer";
import { AWARDS } from "../shared/awards";
import { whole } from "../shared/figures";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { named, say } from "../shared/words";
import { inHand, type Names, occupationName, STATES, TONES, taskWords } from "./sessions";

export function Sessions(props: { names: Names }) {
  const answer = useAnswer(inHand, []);
  const title = say("考试场次", "Sessions");
  return (
    <section class="panel long" aria-labelledby="sessions-title">
      <div class="panel-head">
        <h2 id="sessions-title">{title}</h2>
        <Way to={{ view: "file", session: null }}>{say("报备考试", "File a session")}</Way>
      </div>
      <Shown answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={found}
            empty={say("还没有报备过考试。", "No session has been filed yet.")}
            columns={[
              [say("考试", "Session"), "text"],
              [say("状态", "State"), "text"],
              [say("下一步", "Next step"), "text"],
              [say("考试日期", "Day"), "text"],
              [say("考生", "Candidates")],
              [say("合格", "Passed")],
              [say("职业与等级", "Occupation and award"), "text"],
            ]}
          >
            {(one) => (
              <tr key={one.id} data-session={one.local_id}>
                <th class="text" scope="row">
                  <Way to={{ session: one.id, part: null }}>{one.local_id}</Way>
                </th>
                <td class="text">
                  <span class={`badge ${TONES[one.status]}`}>{say(...STATES[one.status])}</span>
                </td>
                <td class="wrap">{taskWords(one)}</td>
                <td class="text">{one.held_on}</td>
                <td>{whole(one.candidates)}</td>
                <td>{whole(one.passed)}</td>
                <td class="wrap">
                  {occupationName(props.names.occupations, one.occupation)}
                  <br />
                  <span class="soft small">{named(AWARDS, one.award)}</span>
                </td>
              </tr>
            )}
          </Table>
        )}
      </Shown>
    </section>
  );
}
