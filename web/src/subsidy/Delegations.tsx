// Leave: a colleague sees what somebody has in hand, from a day to a day, and decides in their own name.

import { useState } from "preact/hooks";
import { Shown, useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { Decided, useDecisions } from "../shared/Decisions";
import { moment } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Table } from "../shared/Wide";
import { say } from "../shared/words";

interface Delegation {
  id: string;
  from_person: string;
  to_person: string;
  first_on: string;
  last_on: string;
  reason: string;
  entered_by: string;
  entered_at: string;
  ended_by: string | null;
  ended_on: string | null;
}

const DRAFT = "delegation";

export function Delegations(props: { person: string }) {
  const answer = useAnswer(() => all<Delegation>("v1/delegations"), []);
  const [turn, setTurn] = useState(0);
  const { told, decide } = useDecisions(answer.again);
  const title = say("请假代办", "Standing in");
  const labels = {
    from_person: say("请假人账号", "Account of who is away"),
    to_person: say("代办人账号", "Account of who stands in"),
    first_on: say("首日", "First day"),
    last_on: say("末日", "Last day"),
    reason: say("原因", "Reason"),
  };
  return (
    <section class="panel long" aria-labelledby="delegations-title">
      <h2 id="delegations-title">{title}</h2>
      <p class="soft">
        {say(
          "代办人在这几天看到请假人手中的申领，以自己的名义办理。",
          "Who stands in sees what the other has in hand, and decides in their own name.",
        )}
      </p>
      <Decided told={told} />
      <Form
        key={turn}
        name={say("登记代办", "Let somebody stand in")}
        class="grid no-print"
        button={say("登记代办", "Enter it")}
        draft={DRAFT}
        labels={labels}
        send={(filled, key) =>
          decide(say(`${filled.to_person} 代办`, `${filled.to_person}`), ["已登记。", "stands in."], async () => {
            await post("v1/delegations", filled, key);
            sessionStorage.removeItem(DRAFT);
            setTurn((before) => before + 1);
          })
        }
      >
        <Field
          name="from_person"
          label={labels.from_person}
          hint={say(`不填则为您本人（${props.person}）。`, `Left empty, it is you (${props.person}).`)}
          maxLength={120}
        />
        <Field name="to_person" label={labels.to_person} maxLength={120} required />
        <Field name="first_on" label={labels.first_on} type="date" required />
        <Field name="last_on" label={labels.last_on} type="date" required />
        <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
      </Form>
      <Shown answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={[...found].reverse()}
            empty={say("没有代办。", "Nobody stands in.")}
            columns={[
              [say("请假人", "Away"), "text"],
              [say("代办人", "Stands in"), "text"],
              [say("日期", "Days"), "text"],
              [say("原因", "Reason"), "text"],
              [say("登记", "Entered"), "text"],
              [say("办理", "Do"), "text"],
            ]}
          >
            {(one) => (
              <tr key={one.id} data-delegation={one.ended_on ? "ended" : "open"}>
                <th class="text" scope="row">
                  {one.from_person}
                </th>
                <td class="text">{one.to_person}</td>
                <td class="text">
                  {one.first_on} – {one.last_on}
                </td>
                <td class="wrap">{one.reason}</td>
                <td class="text">
                  {one.entered_by} · {moment(new Date(one.entered_at))}
                </td>
                <td class="text">
                  {one.ended_on ? (
                    say(`${one.ended_on} 已结束`, `Ended on ${one.ended_on}`)
                  ) : (
                    <Form
                      name={say("结束代办", "End it")}
                      button={say(`结束 ${one.to_person} 的代办`, `End ${one.to_person}'s`)}
                      send={(_, key) =>
                        decide(
                          say(`${one.to_person} 代办`, `${one.to_person}`),
                          ["已结束。", "no longer stands in."],
                          () => post(`v1/delegations/${one.id}/end`, undefined, key),
                        )
                      }
                    >
                      {null}
                    </Form>
                  )}
                </td>
              </tr>
            )}
          </Table>
        )}
      </Shown>
    </section>
  );
}
