// Classes that wait for the county's check of their site before they start, by first day.

import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { useDecisions } from "../shared/Decisions";
import { whole } from "../shared/figures";
import { Choice, Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { type Catalogue, placeOf } from "../shared/names";
import { OpeningRow, useOpening } from "../shared/Opening";
import { Table } from "../shared/Wide";
import { say } from "../shared/words";
import type { TrainingClass } from "./classes";

interface Site {
  id: string;
  local_id: string;
  address: string;
}

interface Work {
  classes: TrainingClass[];
  institutions: ReadonlyMap<string, string>;
}

async function read(): Promise<Work> {
  const approved = await all<TrainingClass>("v1/classes", { status: "approved" });
  const institutions = await all<{ id: string; name: string }>("v1/institutions");
  return {
    classes: approved.filter((each) => each.fund_source !== null && each.checked_on === null),
    institutions: new Map(institutions.map((each) => [each.id, each.name])),
  };
}

export function SiteChecks(props: { names: Catalogue }) {
  const answer = useAnswer(read, []);
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("待核查的培训地点", "Sites to be checked");
  return (
    <Listing id="checks" title={title} told={told} answer={answer}>
      {({ classes, institutions }) => (
        <Table
          name={title}
          rows={classes}
          empty={say("没有待核查的班级。", "No class waits for a check.")}
          caption={say("按开班日期排列；核查通过后方可开班。", "By the first day; a class starts after its check.")}
          columns={[
            [say("班级", "Class"), "text"],
            [say("机构", "Institution"), "text"],
            [say("开班日期", "First day"), "text"],
            [say("地区", "Region"), "text"],
            [say("名额", "Seats")],
          ]}
        >
          {(one) => {
            const about = say(`班级 ${one.local_id}`, `Class ${one.local_id}`);
            return (
              <OpeningRow
                key={one.id}
                opening={opening}
                id={one.id}
                columns={5}
                data={{ "data-check": one.local_id }}
                opener={one.local_id}
                cells={
                  <>
                    <td class="wrap">{institutions.get(one.institution_id) ?? "—"}</td>
                    <td class="text">{one.starts_on}</td>
                    <td class="text">{placeOf(props.names.regions, one.region)}</td>
                    <td>{whole(one.seats)}</td>
                  </>
                }
              >
                <SiteOf one={one} />
                <Form
                  name={say("登记核查结果", "Record the check")}
                  button={say("登记核查结果", "Record it")}
                  labels={{ findings: say("发现的问题", "What was found") }}
                  send={(filled, key) => {
                    const content = {
                      passed: filled.passed === "yes",
                      findings: filled.findings ? [filled.findings] : [],
                    };
                    return decide(about, ["核查结果已登记。", "has its check recorded."], () =>
                      post(`v1/classes/${one.id}/check`, content, key),
                    );
                  }}
                >
                  <Choice
                    name="passed"
                    label={say("核查结论", "What was found")}
                    options={[
                      ["yes", say("符合条件", "The site fits")],
                      ["no", say("不符合，须整改", "It does not fit")],
                    ]}
                  />
                  <Field
                    name="findings"
                    label={say("发现的问题", "What was found")}
                    hint={say("不符合的必须填写", "Needed if it does not fit")}
                    minLength={2}
                    maxLength={500}
                    long
                  />
                </Form>
              </OpeningRow>
            );
          }}
        </Table>
      )}
    </Listing>
  );
}

function SiteOf(props: { one: TrainingClass }) {
  const { one } = props;
  const read = async () =>
    (await all<Site>(`v1/institutions/${one.institution_id}/sites`)).find((each) => each.id === one.site_id) ?? null;
  const site = useAnswer(read, [one.id]).found;
  return (
    <p>
      <b>{say("地点：", "Site: ")}</b>
      {site ? `${site.local_id} ${site.address}` : say("未填写", "None was given")}
    </p>
  );
}
