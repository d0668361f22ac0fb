// Findings of patrols and inspections that are not closed, by the day on which they are due, each with its steps; what
// an institution has put right is rechecked.

import { Shown, useAnswer } from "../shared/answer";
import { all, ask, post } from "../shared/api";
import { Due, State } from "../shared/Deadlines";
import { useDecisions } from "../shared/Decisions";
import { moment } from "../shared/figures";
import { Choice, Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { type Catalogue, placeOf } from "../shared/names";
import { OpeningRow, useOpening } from "../shared/Opening";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";

interface Finding {
  id: string;
  institution_id: string;
  region: string;
  severity: string;
  found: string;
  due_on: string;
  overdue: boolean;
  status: "open" | "rectified" | "closed";
  assigned_to: string | null;
  version: number;
}

interface InFull extends Finding {
  history: { version: number; verb: string; done_by: string; done_at: string; said: string }[];
}

interface Work {
  findings: Finding[];
  institutions: ReadonlyMap<string, string>;
}

const SEVERITIES: Readonly<Record<string, Name>> = {
  minor: ["一般", "Minor"],
  major: ["较重", "Major"],
  critical: ["严重，须停课整改", "Critical"],
};
const STATES: Readonly<Record<Finding["status"], Name>> = {
  open: ["等待机构整改", "The institution puts it right"],
  rectified: ["已整改，待复查", "To be rechecked"],
  closed: ["已办结", "Closed"],
};
const VERBS: Readonly<Record<string, Name>> = {
  find: ["发现", "Found"],
  rectify: ["整改", "Put right"],
  close: ["复查通过", "Rechecked, passed"],
  reject: ["复查未通过", "Rechecked, not passed"],
  reopen: ["重新打开", "Opened again"],
};

async function read(): Promise<Work> {
  const [rectified, open, institutions] = await Promise.all([
    all<Finding>("v1/findings", { status: "rectified" }),
    all<Finding>("v1/findings", { status: "open" }),
    all<{ id: string; name: string }>("v1/institutions"),
  ]);
  return {
    findings: [...rectified, ...open],
    institutions: new Map(institutions.map((each) => [each.id, each.name])),
  };
}

export function Findings(props: { names: Catalogue }) {
  const answer = useAnswer(read, []);
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("巡查发现的问题", "Findings");
  return (
    <Listing id="findings" title={title} told={told} answer={answer}>
      {({ findings, institutions }) => (
        <Table
          name={title}
          rows={findings}
          empty={say("没有未办结的问题。", "No finding waits.")}
          caption={say("待复查的在前，按整改期限排列。", "Those to be rechecked first, by the day they are due.")}
          columns={[
            [say("问题", "Found"), "text"],
            [say("机构", "Institution"), "text"],
            [say("地区", "Region"), "text"],
            [say("程度", "Severity"), "text"],
            [say("整改期限", "Due"), "text"],
            [say("状态", "State"), "text"],
          ]}
        >
          {(one) => (
            <OpeningRow
              key={one.id}
              opening={opening}
              id={one.id}
              columns={6}
              data={{ "data-finding": one.status }}
              opener={one.found}
              wraps
              cells={
                <>
                  <td class="wrap">{institutions.get(one.institution_id) ?? "—"}</td>
                  <td class="text">{placeOf(props.names.regions, one.region)}</td>
                  <td class="text">{named(SEVERITIES, one.severity)}</td>
                  <Due on={one.due_on} isOverdue={one.overdue} />
                  <State name={say(...STATES[one.status])} waits={one.status === "rectified"} />
                </>
              }
            >
              <div class="sides">
                <Steps one={one} />
                {one.status === "rectified" && (
                  <Form
                    name={say("复查", "Recheck")}
                    button={say("登记复查结果", "Record the recheck")}
                    labels={{
                      said: say("复查情况", "What was seen"),
                      due_on: say("新的整改期限", "New due day"),
                    }}
                    send={(filled, key) =>
                      decide(one.found, ["复查结果已登记。", "has its recheck recorded."], () =>
                        post(`v1/findings/${one.id}/recheck`, { ...filled, passed: filled.passed === "yes" }, key),
                      )
                    }
                  >
                    <Choice
                      name="passed"
                      label={say("复查结论", "What came of it")}
                      options={[
                        ["yes", say("已整改到位，办结", "It is put right: close it")],
                        ["no", say("未到位，继续整改", "It is not: go on")],
                      ]}
                    />
                    <Field
                      name="said"
                      label={say("复查情况", "What was seen")}
                      minLength={2}
                      maxLength={500}
                      required
                    />
                    <Field
                      name="due_on"
                      type="date"
                      label={say("新的整改期限", "New due day")}
                      hint={say("只在继续整改时填写", "Only where it goes on")}
                    />
                  </Form>
                )}
              </div>
            </OpeningRow>
          )}
        </Table>
      )}
    </Listing>
  );
}

function Steps(props: { one: Finding }) {
  const { one } = props;
  const answer = useAnswer(() => ask<InFull>(`v1/findings/${one.id}`), [one.id, one.version]);
  return (
    <Shown answer={answer}>
      {(found) => (
        <ol>
          {found.history.map((step) => (
            <li key={step.version}>
              <b>{named(VERBS, step.verb)}</b>{" "}
              <span class="soft">
                {moment(new Date(step.done_at))} · {step.done_by}
              </span>
              <p>{step.said}</p>
            </li>
          ))}
        </ol>
      )}
    </Shown>
  );
}
