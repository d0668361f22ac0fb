// The trainees of a class with their outcomes: one added by hand, one corrected, one who leaves. A wrong document goes to
// an officer, who decides.

import { useRef, useState } from "preact/hooks";
import { change } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, type Problem, path, post, Refused } from "../shared/api";
import { Dialog } from "../shared/Dialog";
import { sentence } from "../shared/Faults";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Head, Wide } from "../shared/Wide";
import { named, say } from "../shared/words";
import { type ClassInHand, EMPLOYMENT, OUTCOMES, type Trainee } from "./classes";

interface Batch {
  rows: { outcome: "accepted" | "repeated" | "refused"; errors?: Problem[]; warnings?: Problem[] }[];
}

type Task = "outcome" | "correct" | "leave" | "document";

const OPEN = new Set(["filed", "returned", "approved", "running"]);

export function Roster(props: { one: ClassInHand; changed: () => void }) {
  const { one } = props;
  const list = useAnswer(() => all<Trainee>(`v1/classes/${one.id}/enrolments`), [one.id]);
  const [task, setTask] = useState<{ kind: Task; trainee: Trainee } | null>(null);
  const changed = () => {
    list.again();
    props.changed();
  };
  return (
    <div class="stack">
      {OPEN.has(one.status) && <ByHand one={one} changed={changed} />}
      <section class="panel long" aria-labelledby="roster-title">
        <div class="panel-head">
          <h2 id="roster-title">{say("学员与结果", "Trainees and outcomes")}</h2>
          {OPEN.has(one.status) && (
            <button
              type="button"
              class="quiet"
              onClick={() => change({ view: "rosters", class: null, part: null, for: one.id })}
            >
              {say("用文件报送名册", "Post a roster file")}
            </button>
          )}
        </div>
        <Shown answer={list}>
          {(trainees) =>
            trainees.length === 0 ? (
              <p>{say("还没有学员。", "There is no trainee yet.")}</p>
            ) : (
              <Wide name={say("学员与结果", "Trainees and outcomes")}>
                <table>
                  <caption>
                    {say(
                      `${trainees.length} 名学员；姓名和证件号码已遮盖。`,
                      `${trainees.length} trainees; names and numbers are masked.`,
                    )}
                  </caption>
                  <Head
                    columns={[
                      [say("学员编号", "Trainee"), "text"],
                      [say("姓名", "Name"), "text"],
                      [say("证件号码", "Document"), "text"],
                      [say("结果", "Outcome"), "text"],
                      [say("学时", "Hours")],
                      [say("更正", "Correct"), "text no-print"],
                    ]}
                  />
                  <tbody>
                    {trainees.map((each) => (
                      <tr key={each.id} data-trainee={each.local_id}>
                        <th class="text" scope="row">
                          {each.local_id}
                        </th>
                        <td class="text">{each.name}</td>
                        <td class="text">{each.document_number}</td>
                        <td class="text">{named(OUTCOMES, each.status)}</td>
                        <td>{each.hours}</td>
                        <td class="text no-print">
                          <Choices
                            trainee={each}
                            isRunning={one.status === "running"}
                            choose={(kind) => setTask({ kind, trainee: each })}
                          />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Wide>
            )
          }
        </Shown>
      </section>
      {task && (
        <Dialog close={() => setTask(null)}>
          <TaskForm
            {...task}
            className={one.local_id}
            done={() => {
              setTask(null);
              changed();
            }}
          />
        </Dialog>
      )}
    </div>
  );
}

function Choices(props: { trainee: Trainee; isRunning: boolean; choose: (kind: Task) => void }) {
  const { trainee } = props;
  const kinds: readonly (readonly [Task, string])[] = [
    ...(props.isRunning && trainee.status === "in_training"
      ? ([["outcome", say("登记结果", "Record the outcome")]] as const)
      : []),
    ["correct", say("更正", "Correct")],
    ...(trainee.status === "in_training" ? ([["leave", say("退学", "Withdraw")]] as const) : []),
    ["document", say("证件有误", "Wrong document")],
  ];
  return (
    <span class="row">
      {kinds.map(([kind, words]) => (
        <button
          key={kind}
          type="button"
          class="link"
          aria-label={say(`${words}：学员 ${trainee.local_id}`, `${words}: trainee ${trainee.local_id}`)}
          onClick={() => props.choose(kind)}
        >
          {words}
        </button>
      ))}
    </span>
  );
}

function TaskForm(props: { kind: Task; trainee: Trainee; className: string; done: () => void }) {
  const { kind, trainee } = props;
  const base = `v1/enrolments/${trainee.id}`;
  const who = say(`学员 ${trainee.local_id} ${trainee.name}`, `trainee ${trainee.local_id} ${trainee.name}`);
  const reason = <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} required />;
  if (kind === "outcome")
    return (
      <>
        <h2 id="task-title">{say(`登记结果：${who}`, `Record the outcome of ${who}`)}</h2>
        <p class="soft">
          {say(
            "填写实际完成的学时，是否结业由系统按规定判定。",
            "Give the class hours that were attended; whether they are enough follows from the rules.",
          )}
        </p>
        <Form
          name={say("登记结果", "Record the outcome")}
          labels={{ hours: say("学时", "Class hours") }}
          button={say("登记", "Record it")}
          send={async (filled, key) => {
            const rows = [{ local_id: trainee.local_id, hours: Number(filled.hours) }];
            const [outcome] = (await post<Batch>(`v1/classes/${trainee.class_id}/outcomes`, { rows }, key)).rows;
            if (outcome?.outcome === "refused") throw new Refused(422, "row-refused", ["", ""], outcome.errors ?? []);
            props.done();
          }}
        >
          <Field name="hours" type="number" min="0" label={say("学时", "Class hours")} required />
        </Form>
      </>
    );
  if (kind === "leave")
    return (
      <>
        <h2 id="task-title">{say(`退学：${who}`, `Withdraw ${who}`)}</h2>
        <Form
          name={say("退学", "Withdraw")}
          button={say("登记退学", "Record it")}
          send={async (filled, key) => {
            await post(`${base}/withdrawal`, filled, key);
            props.done();
          }}
        >
          <Field name="on" type="date" label={say("退学日期", "On")} />
          {reason}
        </Form>
      </>
    );
  if (kind === "document")
    return (
      <>
        <h2 id="task-title">{say(`证件有误：${who}`, `Wrong document: ${who}`)}</h2>
        <p>
          {say(
            "证件号码只能由县级工作人员核对原件后更正，之前名册不变。请把下面的班级和学员编号连同证件原件交给他们。",
            "An officer of the county corrects it on sight of the document; until then nothing changes. Take the document to them with the numbers below.",
          )}
        </p>
        <dl class="facts">
          <dt>{say("班级", "Class")}</dt>
          <dd>{props.className}</dd>
          <dt>{say("学员编号", "Trainee")}</dt>
          <dd>{trainee.local_id}</dd>
        </dl>
      </>
    );
  return (
    <>
      <h2 id="task-title">{say(`更正：${who}`, `Correct ${who}`)}</h2>
      <Form
        name={say("更正", "Correct")}
        button={say("保存更正", "Save the correction")}
        send={async (filled, key) => {
          const { hours, ...others } = filled;
          await post(`${base}/correction`, hours ? { ...others, hours: Number(hours) } : others, key);
          props.done();
        }}
      >
        <Choice
          name="employment"
          label={say("就业状态", "Employment")}
          optional={say("不改", "As it is")}
          options={EMPLOYMENT.map(([code, name]) => [code, say(...name)])}
        />
        {(trainee.status === "completed" || trainee.status === "failed") && (
          <Field name="hours" type="number" min="0" label={say("学时", "Hours")} />
        )}
        {reason}
      </Form>
    </>
  );
}

/** One trainee by hand: tried first on request, then registered. What is typed is not kept in the browser. */
function ByHand(props: { one: ClassInHand; changed: () => void }) {
  const [told, setTold] = useState<{ isDry: boolean; id: string; warnings: Problem[] } | null>(null);
  const mode = useRef<"store" | "validate">("store");
  const [turn, setTurn] = useState(0);
  const send = async (filled: Filled, key: string) => {
    const isDry = mode.current === "validate";
    setTold(null);
    const { consented_on, ...row } = filled;
    const rows = [{ ...row, consent: consented_on ? { on: consented_on } : undefined }];
    const where = path(`v1/classes/${props.one.id}/enrolments`, { mode: mode.current });
    const [outcome] = (await post<Batch>(where, { rows }, `${key}-${mode.current}`)).rows;
    if (outcome?.outcome === "refused") {
      const errors = outcome.errors ?? [];
      throw new Refused(422, "row-refused", ["", ""], errors);
    }
    setTold({ isDry, id: filled.local_id ?? "", warnings: outcome?.warnings ?? [] });
    if (isDry) return;
    setTurn((before) => before + 1);
    props.changed();
  };
  const labels = {
    local_id: say("学员编号", "Trainee number"),
    document_number: say("证件号码", "Document number"),
    name: say("姓名", "Name"),
    phone: say("手机号", "Mobile phone"),
    employment: say("就业状态", "Employment"),
    consent: say("同意日期", "Consent given on"),
  };
  return (
    <section class="panel no-print" aria-labelledby="hand-title">
      <details>
        <summary>
          <h2 id="hand-title" class="in-line">
            {say("登记一名学员", "Add a trainee")}
          </h2>
        </summary>
        {told && (
          <div class="message" role="status">
            <p>
              {told.isDry
                ? say(
                    `学员 ${told.id} 可以登记，尚未登记。`,
                    `Trainee ${told.id} can be registered; nothing is stored yet.`,
                  )
                : say(`学员 ${told.id} 已登记。`, `Trainee ${told.id} is registered.`)}
            </p>
            {told.warnings.map((each) => (
              <p key={each.code} class="warn">
                {say("请注意：", "Note: ")}
                {sentence(each)}
              </p>
            ))}
          </div>
        )}
        <Form
          key={turn}
          name={say("登记一名学员", "Add a trainee")}
          class="grid"
          labels={labels}
          button={say("登记", "Register")}
          send={send}
        >
          <Field
            name="local_id"
            label={labels.local_id}
            hint={say("本机构自编，不用证件号码", "Your own, never an identity number")}
            pattern="[A-Za-z0-9._\/\-]+"
            maxLength={64}
            required
          />
          <Field name="name" label={labels.name} maxLength={60} required />
          <Field name="document_number" label={labels.document_number} maxLength={40} required />
          <Field name="phone" type="tel" label={labels.phone} maxLength={20} />
          <Choice
            name="employment"
            label={labels.employment}
            optional={say("未填写", "Not given")}
            options={EMPLOYMENT.map(([code, name]) => [code, say(...name)])}
          />
          <Field name="consented_on" type="date" label={labels.consent} />
          <p class="check whole">
            <input
              id="only-try"
              type="checkbox"
              onChange={(event) => {
                mode.current = event.currentTarget.checked ? "validate" : "store";
              }}
            />
            <label for="only-try">{say("先试算，不登记", "Only try it; store nothing")}</label>
          </p>
        </Form>
      </details>
    </section>
  );
}
