// What waits for an officer: filed classes by the day on which the answer is due, with what was filed beside each, to be
// answered one by one or several together; flags, site checks, corrections of persons, and findings.

import { useState } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, newKey, post, Refused } from "../shared/api";
import { Faults } from "../shared/Faults";
import { whole, yuan } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { type Catalogue, nameOf, placeOf, useCatalogue } from "../shared/names";
import { Opener, OpeningRow, useOpening } from "../shared/Opening";
import { Head, Wide } from "../shared/Wide";
import { Ways } from "../shared/Work";
import { named, say, useLanguage } from "../shared/words";
import { days } from "./Classes";
import { FUNDS, NEEDS, type TrainingClass } from "./classes";
import { Findings } from "./Findings";
import { Flags } from "./Flags";
import { PersonRecord } from "./PersonRecord";
import { Persons } from "./Persons";
import { SiteChecks } from "./SiteChecks";

interface Waiting extends TrainingClass {
  overdue: boolean;
  needs: string[];
}

interface Institution {
  id: string;
  name: string;
}

interface Work {
  classes: Waiting[];
  institutions: ReadonlyMap<string, string>;
}

async function read(): Promise<Work> {
  const classes = await all<Waiting>("v1/classes/waiting");
  const institutions = await all<Institution>("v1/institutions");
  return { classes, institutions: new Map(institutions.map((each) => [each.id, each.name])) };
}

/** A class that lacks nothing and is not late. */
function isClean(one: Waiting): boolean {
  return !one.overdue && one.needs.length === 0;
}

export function Worklist(props: { person: string }) {
  useLanguage();
  const view = useAddress().get("view") ?? "classes";
  const catalogue = useCatalogue();
  return (
    <>
      <Ways
        name={say("待办", "What waits")}
        parameter="view"
        now={view}
        ways={[
          ["classes", say("班级与预警", "Classes and flags")],
          ["checks", say("开班前核查", "Site checks")],
          ["persons", say("身份更正", "Persons")],
          ["findings", say("巡查问题", "Findings")],
          ["record", say("个人记录", "Records")],
        ]}
      />
      <Shown answer={catalogue}>
        {(names) => (
          <div class="stack">
            {view === "classes" && <Filed names={names} />}
            {view === "checks" && <SiteChecks names={names} />}
            {view === "persons" && <Persons person={props.person} />}
            {view === "findings" && <Findings names={names} />}
            {view === "record" && <PersonRecord names={names} />}
          </div>
        )}
      </Shown>
    </>
  );
}

function Filed({ names }: { names: Catalogue }) {
  const work = useAnswer(read, []);
  return (
    <Shown answer={work}>
      {(found) => (
        <>
          <Classes work={found} names={names} again={work.again} />
          <Flags names={names} institutions={found.institutions} />
        </>
      )}
    </Shown>
  );
}

function Classes(props: { work: Work; names: Catalogue; again: () => void }) {
  const { classes, institutions } = props.work;
  const opening = useOpening();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState<number | null>(null);
  const [refused, setRefused] = useState<readonly (readonly [string, Refused])[]>([]);
  const [key] = useState(newKey);
  const approve = async (some: readonly Waiting[]) => {
    setBusy(true);
    setRefused([]);
    setDone(null);
    const wrong: (readonly [string, Refused])[] = [];
    for (const one of some)
      try {
        await post(`v1/classes/${one.id}/approval`, undefined, `${key}-${one.id}-${one.version}`);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        wrong.push([one.local_id, error]);
      }
    setDone(some.length - wrong.length);
    setRefused(wrong);
    setChosen(new Set());
    setBusy(false);
    props.again();
  };
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const complete = classes.filter(isClean);
  return (
    <section class="panel long" aria-labelledby="waiting-title">
      <div class="panel-head">
        <h2 id="waiting-title">
          {say(`待审批的班级（${classes.length}）`, `Classes that wait for approval (${classes.length})`)}
        </h2>
        {classes.length > 0 && (
          <span class="row no-print">
            <button type="button" class="quiet" onClick={() => setChosen(new Set(complete.map((one) => one.id)))}>
              {say(`选中材料齐全的 ${complete.length} 个`, `Choose the ${complete.length} that lack nothing`)}
            </button>
            <button
              type="button"
              disabled={isBusy || chosen.size === 0}
              onClick={() => approve(classes.filter((one) => chosen.has(one.id)))}
            >
              {isBusy
                ? say("请稍候……", "One moment …")
                : say(`批准选中的 ${chosen.size} 个`, `Approve the ${chosen.size}`)}
            </button>
          </span>
        )}
      </div>
      {done !== null && done > 0 && (
        <p class="message" role="status">
          {say(`已批准 ${done} 个班级。`, `${done} classes are approved.`)}
        </p>
      )}
      {refused.map(([name, why]) => (
        <div key={name}>
          <h3>{say(`班级 ${name} 未能处理`, `Class ${name} stays as it is`)}</h3>
          <Faults refused={why} />
        </div>
      ))}
      {classes.length === 0 ? (
        <p>{say("没有待审批的班级。", "No class waits.")}</p>
      ) : (
        <Wide name={say("待审批的班级", "Classes that wait for approval")}>
          <table>
            <caption>{say("按答复期限排列。", "By the day on which the answer is due.")}</caption>
            <Head
              columns={[
                [say("选择", "Choose"), "text no-print"],
                [say("班级", "Class"), "text"],
                [say("机构", "Institution"), "text"],
                [say("答复期限", "Answer due"), "text"],
                [say("开班日期", "First day"), "text"],
                [say("名额", "Seats")],
                [say("专项", "Programme"), "text"],
                [say("材料", "Papers"), "text"],
              ]}
            />
            <tbody>
              {classes.map((one) => (
                <OpeningRow
                  key={one.id}
                  opening={opening}
                  id={one.id}
                  columns={8}
                  data={{ "data-waiting": one.local_id }}
                  cells={
                    <>
                      <td class="text no-print">
                        <input
                          type="checkbox"
                          aria-label={say(`选择班级 ${one.local_id}`, `Choose class ${one.local_id}`)}
                          checked={chosen.has(one.id)}
                          onChange={() => toggle(one.id)}
                        />
                      </td>
                      <th class="text" scope="row">
                        <Opener opening={opening} id={one.id}>
                          {one.local_id}
                        </Opener>
                      </th>
                      <td class="wrap">{institutions.get(one.institution_id) ?? "—"}</td>
                      <td class="text">
                        {one.answer_due_on ?? "—"}{" "}
                        {one.overdue && <span class="badge bad">{say("已逾期", "Overdue")}</span>}
                      </td>
                      <td class="text">{one.starts_on}</td>
                      <td>{whole(one.seats)}</td>
                      <td class="wrap">{nameOf(props.names.programmes, one.programme)}</td>
                      <td class="text">
                        {one.needs.length === 0 ? (
                          say("齐全", "Complete")
                        ) : (
                          <span class="warn">
                            {say("缺：", "Missing: ")}
                            {one.needs.map((need) => named(NEEDS, need)).join(say("、", ", "))}
                          </span>
                        )}
                      </td>
                    </>
                  }
                >
                  <Evidence
                    one={one}
                    names={props.names}
                    isBusy={isBusy}
                    approve={() => approve([one])}
                    again={props.again}
                  />
                </OpeningRow>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </section>
  );
}

/** What was filed, and both answers to it. */
function Evidence(props: { one: Waiting; names: Catalogue; isBusy: boolean; approve: () => void; again: () => void }) {
  const { one, names } = props;
  const fund = FUNDS.find(([code]) => code === one.fund_source)?.[1];
  const fee = one.government_fen + one.enterprise_fen + one.individual_fen;
  const facts: readonly (readonly [string, string])[] = [
    [say("培训地区", "Region"), placeOf(names.regions, one.region)],
    [say("职业（工种）", "Occupation"), one.occupation],
    [say("证书", "Award"), nameOf(names.awards, one.award)],
    [
      say("起止日期", "Days"),
      say(
        `${one.starts_on} 至 ${one.ends_on}，${days(one)} 天`,
        `${one.starts_on} to ${one.ends_on}, ${days(one)} days`,
      ),
    ],
    [say("学时", "Class hours"), String(one.hours)],
    [say("资金来源", "Funds"), fund ? say(...fund) : say("不申请补贴", "No subsidy")],
    [say("收费（元/人）", "Fee each"), fee ? yuan(fee) : "—"],
    [say("教学计划", "Teaching plan"), one.teaching_plan ?? "—"],
    [say("计划考核", "Planned examination"), one.exam_plan?.planned_on ?? "—"],
  ];
  return (
    <div class="sides">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <div class="stack no-print">
        <p>
          <button type="button" disabled={props.isBusy} onClick={props.approve}>
            {say(`批准班级 ${one.local_id}`, `Approve class ${one.local_id}`)}
          </button>
        </p>
        <Form
          name={say("退回", "Return")}
          button={say(`退回班级 ${one.local_id}`, `Return class ${one.local_id}`)}
          send={async (filled, key) => {
            await post(`v1/classes/${one.id}/return`, { reasons: [filled.reason] }, key);
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
