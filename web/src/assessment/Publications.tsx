// For officers: results that are public, and taking a publication back that was a mistake.

import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { useDecisions } from "../shared/Decisions";
import { whole } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { OpeningRow, useOpening } from "../shared/Opening";
import { placeName, usePlaces } from "../shared/places";
import { Table } from "../shared/Wide";
import { say } from "../shared/words";
import type { SessionInHand } from "./sessions";

export function Publications() {
  const answer = useAnswer(() => all<SessionInHand>("v1/session-tasks", { status: "published" }), []);
  const places = usePlaces();
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("公示中的成绩", "Results in public");
  return (
    <Listing id="public" title={title} told={told} answer={answer}>
      {(found) => (
        <Table
          name={title}
          rows={found}
          empty={say("没有公示中的成绩。", "No results are public.")}
          columns={[
            [say("考试", "Session"), "text"],
            [say("地区", "Region"), "text"],
            [say("考试日期", "Day"), "text"],
            [say("考生", "Candidates")],
            [say("合格", "Passed")],
            [say("公示至", "Public until"), "text"],
          ]}
        >
          {(one) => (
            <OpeningRow
              key={one.id}
              opening={opening}
              id={one.id}
              columns={6}
              data={{ "data-public": one.local_id }}
              opener={one.local_id}
              cells={
                <>
                  <td class="text">{placeName(places, one.region)}</td>
                  <td class="text">{one.held_on}</td>
                  <td>{whole(one.candidates)}</td>
                  <td>{whole(one.passed)}</td>
                  <td class="text">{one.public_until ?? "—"}</td>
                </>
              }
            >
              <Form
                name={say("撤回公示", "Take the publication back")}
                button={say(`撤回考试 ${one.local_id} 的公示`, `Take session ${one.local_id} back`)}
                draft={`withholding-${one.id}`}
                send={(filled, key) =>
                  decide(
                    say(`考试 ${one.local_id}`, `Session ${one.local_id}`),
                    ["公示已撤回，由评价机构更正后重新公示。", "is no longer public; its body corrects it."],
                    () => post(`v1/sessions/${one.id}/withholding`, filled, key),
                  )
                }
              >
                <p class="soft">
                  {say("成绩缺漏或误公示的，可以撤回。", "For results that are missing or were published by mistake.")}
                </p>
                <Field name="reason" label={say("理由", "Reason")} minLength={2} maxLength={500} required />
              </Form>
            </OpeningRow>
          )}
        </Table>
      )}
    </Listing>
  );
}
