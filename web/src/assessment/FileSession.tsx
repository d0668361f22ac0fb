// Filing a session with its rooms and examiners, filing a returned one again, or giving it another day. What is typed
// outlives a reload.

import { useState } from "preact/hooks";
import { change } from "../shared/address";
import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { AWARDS } from "../shared/awards";
import { Choice, Field, type Filled, Form, Tick } from "../shared/forms";
import { placeName, usePlaces } from "../shared/places";
import { type Name, named, say } from "../shared/words";
import {
  clock,
  type ExaminableClass,
  type Examiner,
  type Names,
  occupationName,
  PARTS,
  type Part,
  type Session,
  type Sitting,
} from "./sessions";

const OWN_ID = "[A-Za-z0-9._\\/\\-]+";
const ROOMS_MAX = 20;

function labels(): Record<string, string> {
  const names: Readonly<Record<string, Name>> = {
    local_id: ["考试编号", "Session number"],
    class_id: ["参加考试的班级", "Class that is examined"],
    programme: ["专项", "Programme"],
    region: ["考试地区", "Region"],
    occupation: ["职业", "Occupation"],
    award: ["等级或种类", "Award"],
    level: ["等级或种类", "Award"],
    held_on: ["考试日期", "Day of the exam"],
    place: ["考试地址", "Address"],
    sittings: ["考场", "Rooms"],
    part: ["科目", "Part"],
    room: ["考场号", "Room"],
    begins_at: ["开始时间", "From"],
    ends_at: ["结束时间", "To"],
    seats: ["座位", "Seats"],
    examiners: ["考评员", "Examiners"],
    supervisors: ["质量督导员", "Quality supervisors"],
    reason: ["原因", "Reason"],
  };
  return Object.fromEntries(Object.entries(names).map(([field, name]) => [field, say(...name)]));
}

function ticked(filled: Filled, prefix: string): string[] {
  return Object.keys(filled)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

/** The plan as the service takes it. Clocks are those of here, whatever the machine's. */
function plan(filled: Filled): Record<string, unknown> {
  const rooms = Object.keys(filled)
    .filter((name) => name.startsWith("room-"))
    .map((name) => name.slice("room-".length));
  const at = (time: string | undefined) => `${filled.held_on}T${time}:00+08:00`;
  return {
    region: filled.region,
    held_on: filled.held_on,
    place: filled.place,
    sittings: rooms.map((room) => ({
      part: filled[`part-${room}`],
      room: filled[`room-${room}`],
      begins_at: at(filled[`from-${room}`]),
      ends_at: at(filled[`to-${room}`]),
      seats: Number(filled[`seats-${room}`]),
      examiners: ticked(filled, `examiner-${room}-`),
    })),
    supervisors: ticked(filled, "supervisor-"),
  };
}

/** A new session, or for `again`: one that is returned, or takes another day. */
export function FileSession(props: { names: Names; again?: Session; noun?: "refiling" | "move"; done?: () => void }) {
  const { names, again } = props;
  const people = useAnswer(() => all<Examiner>("v1/examiners"), []);
  const classes = useAnswer(() => all<ExaminableClass>("v1/examinable-classes"), []);
  const places = usePlaces();
  const draft = again ? `${props.noun}-${again.id}` : `file-session-${names.body.id}`;
  const field = labels();
  const label = (name: string) => field[name] ?? name;
  const send = async (filled: Filled, key: string) => {
    if (again) {
      await post(`v1/sessions/${again.id}/${props.noun}`, { ...plan(filled), reason: filled.reason }, key);
      props.done?.();
      return;
    }
    const [occupation, award] = (filled.scope ?? "").split(" ");
    const { local_id, class_id, programme } = filled;
    const whole = { local_id, class_id, programme, occupation, award, ...plan(filled) };
    const filed = await post<Session>("v1/sessions", whole, key);
    change({ view: "sessions", session: filed.id, part: "candidates", filed: "1" });
  };
  const name = again
    ? props.noun === "move"
      ? say("改期或调整考场", "Another day or other rooms")
      : say("更正后重新报备", "File it again")
    : say("报备考试", "File a session");
  const standing = (people.found ?? []).filter((each) => each.status === "active");
  const scope = names.body.scope.map((each): [string, string] => [
    `${each.occupation} ${each.award}`,
    `${occupationName(names.occupations, each.occupation)} · ${named(AWARDS, each.award)}`,
  ]);
  // The boxes to tick are those of the examiners.
  if (!people.found) return null;
  return (
    <section class="panel" aria-labelledby="session-form-title">
      <h2 id="session-form-title">{name}</h2>
      <p class="soft">
        {say(
          "填写的内容在提交前保存在本浏览器中，刷新不会丢失。考评员先在“考评员”页登记。",
          "What you fill in is kept in this browser until it is filed. Register examiners on their own page first.",
        )}
      </p>
      <Form name={name} class="grid" draft={draft} labels={field} button={name} send={send}>
        {!again && (
          <fieldset>
            <legend>{say("考什么、考谁", "Who is examined for what")}</legend>
            <Field
              name="local_id"
              label={label("local_id")}
              hint={say("本机构自编：字母、数字和 . _ / -", "Your own: letters, digits and . _ / -")}
              pattern={OWN_ID}
              maxLength={64}
              required
            />
            <Choice name="scope" label={say("职业与等级", "Occupation and award")} options={scope} />
            <Choice
              name="class_id"
              label={label("class_id")}
              optional={say("不限班级", "No particular class")}
              options={(classes.found ?? []).map((each) => [
                each.id,
                `${each.local_id ?? "—"} · ${each.institution_name ?? "—"} · ${named(AWARDS, each.award)}`,
              ])}
            />
            <Choice
              name="programme"
              label={label("programme")}
              options={latest(names)
                .filter((each) => each.parent !== null)
                .map((each) => [each.code, `${each.code} ${say(each.name_zh ?? "", each.name_en ?? "")}`.trim()])}
            />
          </fieldset>
        )}
        <fieldset>
          <legend>{say("时间与地点", "Day and place")}</legend>
          <Field name="held_on" type="date" label={label("held_on")} value={again?.held_on ?? ""} required />
          <Choice
            name="region"
            label={label("region")}
            value={again?.region ?? names.body.region}
            options={[...places.values()]
              .filter((each) => each.parent !== null)
              .map((each) => [each.code, placeName(places, each.code)])}
          />
          <Field name="place" label={label("place")} value={again?.place ?? ""} minLength={2} maxLength={200} />
        </fieldset>
        <Rooms draft={draft} sittings={again?.sittings ?? []} examiners={standing.filter(isExaminer)} label={label} />
        <fieldset>
          <legend>{label("supervisors")}</legend>
          {standing
            .filter((each) => !isExaminer(each))
            .map((each) => (
              <Tick
                key={each.id}
                name={`supervisor-${each.id}`}
                label={`${each.name}（${each.local_id}）`}
                checked={again?.supervisors.includes(each.id) ?? false}
              />
            ))}
          {standing.every(isExaminer) && <p class="soft">{say("还没有登记督导员。", "None is registered yet.")}</p>}
        </fieldset>
        {again && (
          <fieldset>
            <legend>{label("reason")}</legend>
            <Field name="reason" label={label("reason")} minLength={2} maxLength={500} required />
          </fieldset>
        )}
      </Form>
    </section>
  );
}

function isExaminer(each: Examiner): boolean {
  return each.kind === "examiner";
}

/** The programmes of the last plan that is known. */
function latest(names: Names) {
  const year = Math.max(...names.programmes.map((each) => each.year));
  return names.programmes.filter((each) => each.year === year);
}

/** How many rooms a draft has. */
function drafted(draft: string): number {
  const filled = JSON.parse(sessionStorage.getItem(draft) ?? "{}") as Filled;
  return Object.keys(filled).filter((name) => name.startsWith("room-")).length;
}

function Rooms(props: {
  draft: string;
  sittings: readonly Sitting[];
  examiners: readonly Examiner[];
  label: (name: string) => string;
}) {
  const { sittings, label } = props;
  const [rooms, setRooms] = useState(() => Math.max(drafted(props.draft), sittings.length));
  return (
    <>
      {Array.from({ length: rooms }, (_, room) => {
        const filed = sittings[room];
        return (
          <fieldset key={`room-${String(room)}`}>
            <legend>{say(`第 ${room + 1} 个考场`, `Room ${room + 1}`)}</legend>
            <Choice
              name={`part-${room}`}
              label={label("part")}
              value={filed?.part ?? ""}
              options={(Object.keys(PARTS) as Part[]).map((part) => [part, say(...PARTS[part])])}
            />
            <Field name={`room-${room}`} label={label("room")} value={filed?.room ?? ""} maxLength={64} required />
            <Field
              name={`from-${room}`}
              type="time"
              label={label("begins_at")}
              value={filed ? clock(filed.begins_at) : ""}
              required
            />
            <Field
              name={`to-${room}`}
              type="time"
              label={label("ends_at")}
              value={filed ? clock(filed.ends_at) : ""}
              required
            />
            <Field
              name={`seats-${room}`}
              type="number"
              min="1"
              max="1000"
              label={label("seats")}
              value={filed ? String(filed.seats) : ""}
              required
            />
            <div class="field">
              <p>
                <b>{label("examiners")}</b>
              </p>
              {props.examiners.map((each) => (
                <Tick
                  key={each.id}
                  name={`examiner-${room}-${each.id}`}
                  label={`${each.name}（${each.local_id}）`}
                  checked={filed?.examiners.includes(each.id) ?? false}
                />
              ))}
              {props.examiners.length === 0 && (
                <p class="soft">{say("还没有登记考评员。", "None is registered yet.")}</p>
              )}
            </div>
          </fieldset>
        );
      })}
      <p class="row whole">
        <button type="button" class="quiet" disabled={rooms >= ROOMS_MAX} onClick={() => setRooms(rooms + 1)}>
          {say("增加一个考场", "Add a room")}
        </button>
        {rooms > 0 && (
          <button type="button" class="quiet" onClick={() => setRooms(rooms - 1)}>
            {say("去掉最后一个考场", "Take the last room away")}
          </button>
        )}
      </p>
    </>
  );
}
