// For officers: sessions that wait for an approval before their day, with their plan beside them.

import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { AWARDS } from "../shared/awards";
import { whole } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { OpeningRow, useOpening } from "../shared/Opening";
import { placeName, usePlaces } from "../shared/places";
import { Table } from "../shared/Wide";
import { named, say } from "../shared/words";
import { type Body, clock, occupationName, PARTS, type SessionInHand, taskWords, useOccupations } from "./sessions";

interface Work {
  sessions: SessionInHand[];
  bodies: ReadonlyMap<string, string>;
}

async function read(): Promise<Work> {
  const filed = await all<SessionInHand>("v1/session-tasks", { status: "filed" });
  const bodies = await all<Body>("v1/bodies");
  const sessions = filed
    .filter((each) => each.next_task === "approve")
    .sort((one, other) => (one.held_on < other.held_on ? -1 : 1));
  return { sessions, bodies: new Map(bodies.map((each) => [each.id, each.name])) };
}

export function Waiting() {
  const answer = useAnswer(read, []);
  const names = useOccupations();
  const opening = useOpening();
  const title = say("待批准的考试", "Sessions that wait for approval");
  return (
    <Listing id="waiting" title={title} answer={answer}>
      {(work) => (
        <Table
          name={title}
          rows={work.sessions}
          empty={say("没有待批准的考试。", "No session waits.")}
          caption={say("按考试日期排列。", "By the day of the exam.")}
          columns={[
            [say("考试", "Session"), "text"],
            [say("评价机构", "Assessment body"), "text"],
            [say("考试日期", "Day"), "text"],
            [say("考生", "Candidates")],
            [say("职业与等级", "Occupation and award"), "text"],
            [say("办理", "Next"), "text"],
          ]}
        >
          {(one) => (
            <OpeningRow
              key={one.id}
              opening={opening}
              id={one.id}
              columns={6}
              data={{ "data-waiting": one.local_id }}
              opener={one.local_id}
              cells={
                <>
                  <td class="wrap">{work.bodies.get(one.body_id) ?? "—"}</td>
                  <td class="text">{one.held_on}</td>
                  <td>{whole(one.candidates)}</td>
                  <td class="wrap">
                    {occupationName(names.found ?? new Map(), one.occupation)} · {named(AWARDS, one.award)}
                  </td>
                  <td class="wrap">{taskWords(one)}</td>
                </>
              }
            >
              <Evidence one={one} again={answer.again} />
            </OpeningRow>
          )}
        </Table>
      )}
    </Listing>
  );
}

function Evidence(props: { one: SessionInHand; again: () => void }) {
  const { one } = props;
  const places = usePlaces();
  return (
    <div class="sides">
      <dl class="facts">
        <dt>{say("考试地区", "Region")}</dt>
        <dd>{placeName(places, one.region)}</dd>
        <dt>{say("考试地址", "Address")}</dt>
        <dd>{one.place ?? "—"}</dd>
        <dt>{say("考场", "Rooms")}</dt>
        <dd>
          {one.sittings
            .map(
              (each) =>
                `${say(...PARTS[each.part])} ${each.room} ${clock(each.begins_at)}–${clock(each.ends_at)}，${say(
                  `${each.seats} 座，考评员 ${each.examiners.length} 人`,
                  `${each.seats} seats, ${each.examiners.length} examiners`,
                )}`,
            )
            .join(say("；", "; ")) || "—"}
        </dd>
        <dt>{say("质量督导员", "Quality supervisors")}</dt>
        <dd>{whole(one.supervisors.length)}</dd>
      </dl>
      <div class="stack no-print">
        <Form
          name={say("批准", "Approve")}
          button={say(`批准考试 ${one.local_id}`, `Approve session ${one.local_id}`)}
          send={async (_, key) => {
            await post(`v1/sessions/${one.id}/approval`, undefined, key);
            props.again();
          }}
        >
          {null}
        </Form>
        <Form
          name={say("退回", "Return")}
          button={say(`退回考试 ${one.local_id}`, `Return session ${one.local_id}`)}
          send={async (filled, key) => {
            await post(`v1/sessions/${one.id}/return`, filled, key);
            props.again();
          }}
        >
          <Field
            name="reason"
            label={say("需要更正什么", "What has to be corrected")}
            minLength={2}
            maxLength={500}
            required
          />
        </Form>
      </div>
    </div>
  );
}
