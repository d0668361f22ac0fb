// One session: what it needs next and the button for it, its candidates, results by file, certificates, and its history.

import { useState } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { ask, post } from "../shared/api";
import { AWARDS } from "../shared/awards";
import { moment, whole } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { placeName, usePlaces } from "../shared/places";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { Ways } from "../shared/Work";
import { type Name, named, say } from "../shared/words";
import { Candidates } from "./Candidates";
import { Certificates } from "./Certificates";
import { FileSession } from "./FileSession";
import { Results } from "./Results";
import {
  clock,
  inHand,
  type Names,
  occupationName,
  PARTS,
  type SessionInHand,
  STATES,
  TONES,
  taskWords,
} from "./sessions";

/** The steps that the body itself takes by a button, and what they are called. */
const ACTIONS: Readonly<Record<string, { noun: string; name: Name; done: Name }>> = {
  seal: {
    noun: "sealing",
    name: ["封存考生名单", "Seal the roster"],
    done: ["名单已封存，不再增减。", "The roster is sealed."],
  },
  publish: {
    noun: "publication",
    name: ["公示成绩", "Make the results public"],
    done: ["成绩已公示。", "The results are public."],
  },
  conclude: {
    noun: "conclusion",
    name: ["结束考试并颁发证书", "Conclude it and issue certificates"],
    done: ["考试已结束，证书已颁发。", "The session is concluded and certificates are issued."],
  },
};

async function one(id: string): Promise<SessionInHand> {
  const found = (await inHand()).find((each) => each.id === id);
  // Whoever follows an address to a session of others is told so by the service.
  return (
    found ?? {
      ...(await ask<SessionInHand>(`v1/sessions/${id}`)),
      ...{ candidates: 0, passed: 0, absent: 0, without_result: 0, next_task: null, next_on: null, needs: [] },
    }
  );
}

export function SessionPage(props: { id: string; names: Names }) {
  const address = useAddress();
  const part = address.get("part") ?? "overview";
  const answer = useAnswer(() => one(props.id), [props.id]);
  return (
    <>
      <p class="no-print">
        <Way to={{ session: null, part: null, filed: null, file: null }}>{say("← 全部考试", "← All sessions")}</Way>
      </p>
      <Shown answer={answer}>
        {(session) => (
          <>
            {address.has("filed") && (
              <p class="message" role="status">
                {say("考试已报备，请报送考生。", "The session is filed. Add its candidates.")}
              </p>
            )}
            <section class="panel" aria-labelledby="session-title">
              <div class="panel-head">
                <h2 id="session-title">
                  {say(`考试 ${session.local_id}`, `Session ${session.local_id}`)}{" "}
                  <span class={`badge ${TONES[session.status]}`}>{say(...STATES[session.status])}</span>
                </h2>
                <p class="soft">
                  {say(
                    `${session.candidates} 名考生，${session.passed} 名合格`,
                    `${session.candidates} candidates, ${session.passed} passed`,
                  )}
                </p>
              </div>
              <Next one={session} again={answer.again} />
            </section>
            <Ways
              name={say("考试内容", "Parts of the session")}
              parameter="part"
              now={part}
              clear={["file", "filed"]}
              ways={[
                ["overview", say("概况", "Overview")],
                ["candidates", say("考生", "Candidates")],
                ["results", say("成绩", "Results")],
                ["certificates", say("证书", "Certificates")],
                ["history", say("经过", "History")],
              ]}
            />
            {part === "overview" && <Overview one={session} names={props.names} again={answer.again} />}
            {part === "candidates" && <Candidates one={session} changed={answer.again} />}
            {part === "results" && <Results one={session} changed={answer.again} />}
            {part === "certificates" && <Certificates session={session.id} />}
            {part === "history" && <History id={session.id} />}
          </>
        )}
      </Shown>
    </>
  );
}

function Next(props: { one: SessionInHand; again: () => void }) {
  const { one: session } = props;
  const [done, setDone] = useState<Name | null>(null);
  const action = session.next_task ? ACTIONS[session.next_task] : undefined;
  return (
    <>
      {done && (
        <p class="message" role="status">
          {say(...done)}
        </p>
      )}
      <p class="message next">
        <b>{say("下一步：", "Next: ")}</b>
        {taskWords(session)}
      </p>
      {session.public_until && (
        <p class="soft">{say(`公示至 ${session.public_until}`, `Public until ${session.public_until}`)}</p>
      )}
      {action && (
        <Form
          key={action.noun}
          name={say(...action.name)}
          class="no-print"
          button={say(...action.name)}
          send={async (_, key) => {
            await post(`v1/sessions/${session.id}/${action.noun}`, undefined, key);
            setDone(action.done);
            props.again();
          }}
        >
          {null}
        </Form>
      )}
    </>
  );
}

function Overview(props: { one: SessionInHand; names: Names; again: () => void }) {
  const { one: session, names } = props;
  const places = usePlaces();
  const facts: readonly (readonly [string, string])[] = [
    [say("职业", "Occupation"), occupationName(names.occupations, session.occupation)],
    [say("等级或种类", "Award"), named(AWARDS, session.award)],
    [say("考试日期", "Day"), session.held_on],
    [say("考试地区", "Region"), placeName(places, session.region)],
    [say("考试地址", "Address"), session.place ?? "—"],
    [say("质量督导员", "Quality supervisors"), whole(session.supervisors.length)],
  ];
  const rooms = say("考场", "Rooms");
  const isReturned = session.status === "returned";
  const canMove = ["filed", "approved", "sealed"].includes(session.status);
  const canCancel = isReturned || canMove;
  const isCancelled = session.status === "cancelled";
  return (
    <>
      <section class="panel" aria-labelledby="plan-title">
        <h2 id="plan-title">{say("考试安排", "The plan")}</h2>
        <dl class="facts">
          {facts.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
        <Table
          name={rooms}
          rows={session.sittings}
          empty={say("没有报备考场。", "No room was filed.")}
          columns={[
            [say("考场号", "Room"), "text"],
            [say("科目", "Part"), "text"],
            [say("时间", "Time"), "text"],
            [say("座位", "Seats")],
            [say("考评员", "Examiners")],
          ]}
        >
          {(sitting) => (
            <tr key={`${sitting.room}${sitting.begins_at}`}>
              <th class="text" scope="row">
                {sitting.room}
              </th>
              <td class="text">{say(...PARTS[sitting.part])}</td>
              <td class="text">
                {clock(sitting.begins_at)}–{clock(sitting.ends_at)}
              </td>
              <td>{whole(sitting.seats)}</td>
              <td>{whole(sitting.examiners.length)}</td>
            </tr>
          )}
        </Table>
      </section>
      {isReturned && <FileSession names={names} again={session} noun="refiling" done={props.again} />}
      {canMove && (
        <details class="panel no-print">
          <summary>{say("改期或调整考场", "Another day or other rooms")}</summary>
          <FileSession names={names} again={session} noun="move" done={props.again} />
        </details>
      )}
      {isCancelled && (
        <details class="panel no-print">
          <summary>{say("恢复考试", "Take the cancellation back")}</summary>
          <Form
            name={say("恢复考试", "Take the cancellation back")}
            button={say("恢复考试", "Take it back")}
            draft={`reinstatement-${session.id}`}
            send={async (filled, key) => {
              await post(`v1/sessions/${session.id}/reinstatement`, filled, key);
              props.again();
            }}
          >
            <p class="soft">
              {say(
                "误取消的，恢复后须重新批准；名单保留。",
                "For a mistake: it is approved again, and its roster stays.",
              )}
            </p>
            <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} required />
          </Form>
        </details>
      )}
      {canCancel && (
        <details class="panel no-print">
          <summary>{say("取消考试", "Cancel the session")}</summary>
          <Form
            name={say("取消考试", "Cancel the session")}
            button={say("取消考试", "Cancel it")}
            send={async (filled, key) => {
              await post(`v1/sessions/${session.id}/cancellation`, filled, key);
              props.again();
            }}
          >
            <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} required />
          </Form>
        </details>
      )}
    </>
  );
}

const VERBS: Readonly<Record<string, Name>> = {
  file: ["报备", "Filed"],
  refile: ["重新报备", "Filed again"],
  return: ["退回", "Returned"],
  approve: ["批准", "Approved"],
  move: ["改期", "Moved"],
  seal: ["封存名单", "Roster sealed"],
  publish: ["公示成绩", "Results made public"],
  withhold: ["撤回公示", "Publication taken back"],
  conclude: ["结束考试", "Concluded"],
  cancel: ["取消", "Cancelled"],
  reinstate: ["恢复", "Reinstated"],
};

interface Steps {
  steps: { version: number; verb: string; by: string; at: string; reason: string | null }[];
}

function History(props: { id: string }) {
  const answer = useAnswer(() => ask<Steps>(`v1/sessions/${props.id}/history`), [props.id]);
  return (
    <section class="panel" aria-labelledby="history-title">
      <h2 id="history-title">{say("经过", "History")}</h2>
      <Shown answer={answer}>
        {(found) => (
          <ol>
            {found.steps.map((step) => (
              <li key={step.version}>
                <b>{named(VERBS, step.verb)}</b>{" "}
                <span class="soft">
                  {moment(new Date(step.at))} · {step.by}
                </span>
                {step.reason && <p>{step.reason}</p>}
              </li>
            ))}
          </ol>
        )}
      </Shown>
    </section>
  );
}
