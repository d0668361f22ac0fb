// Filing a class with its parts, and filing a returned one again. What is typed outlives a reload.

import { change } from "../shared/address";
import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { type Catalogue, placeOf } from "../shared/names";
import { type Name, say } from "../shared/words";
import { FUNDS, type TrainingClass } from "./classes";

interface Site {
  local_id: string;
  id: string;
  address: string;
  region: string;
}

interface Listing {
  project: string;
  last_on: string | null;
}

const OWN_ID = "[A-Za-z0-9._\\/\\-]+";

/** The fields by what the service calls them. */
export function labels(): Record<string, string> {
  const names: Readonly<Record<string, Name>> = {
    local_id: ["班级编号", "Class number"],
    programme: ["专项", "Programme"],
    region: ["培训地区", "Region"],
    occupation: ["职业（工种）编码", "Occupation code"],
    award: ["证书等级或种类", "Award"],
    level: ["证书等级或种类", "Award"],
    fund_source: ["资金来源", "Source of funds"],
    starts_on: ["开班日期", "First day"],
    ends_on: ["结束日期", "Last day"],
    hours: ["学时", "Class hours"],
    seats: ["名额", "Seats"],
    project: ["培训项目", "Project"],
    site: ["培训地点", "Site"],
    teaching_plan: ["教学计划", "Teaching plan"],
    planned_on: ["计划考核日期", "Planned day of the examination"],
    place: ["计划考核地点", "Planned place of the examination"],
    body_credit_code: ["评价机构统一社会信用代码", "Credit code of the assessment body"],
    government_fen: ["政府补贴", "Paid by government"],
    enterprise_fen: ["企业承担", "Paid by the employer"],
    individual_fen: ["个人承担", "Paid by the trainee"],
    fee: ["收费构成", "The fee"],
    exam_plan: ["考核计划", "Examination plan"],
  };
  return Object.fromEntries(Object.entries(names).map(([field, name]) => [field, say(...name)]));
}

function whole(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Yuan as typed, in fen; by digits, so that no cent is lost. */
export function fen(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [yuan = "0", cents = ""] = text.split(".");
  return Number(`${yuan}${cents.padEnd(2, "0").slice(0, 2)}`);
}

function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length ? Object.fromEntries(given) : undefined;
}

function body(filled: Filled): Record<string, unknown> {
  const {
    planned_on,
    place,
    body_credit_code,
    government,
    enterprise,
    individual,
    hours,
    seats,
    signed_order,
    ...plain
  } = filled;
  return {
    ...plain,
    hours: whole(hours),
    seats: whole(seats),
    signed_order: signed_order === "yes",
    exam_plan: present({ planned_on, place, body_credit_code }),
    fee: present({
      government_fen: fen(government),
      enterprise_fen: fen(enterprise),
      individual_fen: fen(individual),
    }),
  };
}

function yuan(amount: number | undefined): string | undefined {
  return amount ? String(amount / 100) : undefined;
}

/** The form for a new class, or for `again`: a returned one, filled in as it was filed. */
export function FileClass(props: { organisation: string; names: Catalogue; again?: TrainingClass; done?: () => void }) {
  const { names, again } = props;
  const base = `v1/institutions/${props.organisation}`;
  const sites = useAnswer(() => all<Site>(`${base}/sites`), [base]);
  const listings = useAnswer(() => all<Listing>(`${base}/listings`), [base]);
  const file = async (filled: Filled, key: string) => {
    const path = again ? `v1/classes/${again.id}/refiling` : "v1/classes";
    const filed = await post<TrainingClass>(path, body(filled), key);
    if (props.done) props.done();
    else change({ view: "classes", class: filed.id, part: null, filed: "1" });
  };
  const listed = (listings.found ?? []).filter((each) => each.last_on === null).map((each) => each.project);
  const site = sites.found?.find((each) => each.id === again?.site_id)?.local_id;
  const field = labels();
  const label = (name: string) => field[name] ?? name;
  const name = again ? say("更正后重新报备", "File it again") : say("报备新班", "File a class");
  // A form that is filled in from a class waits for what the class refers to.
  if (again?.site_id && !sites.found) return null;
  return (
    <section class="panel" aria-labelledby="file-title">
      <h2 id="file-title">{name}</h2>
      <p class="soft">
        {say(
          "填写的内容在提交前保存在本浏览器中，刷新不会丢失。",
          "What you fill in is kept in this browser until it is filed; a reload does not lose it.",
        )}
      </p>
      <Form
        name={name}
        class="grid"
        draft={again ? `refile-${again.id}` : `file-class-${props.organisation}`}
        labels={field}
        button={again ? say("重新报备", "File it again") : say("提交报备", "File the class")}
        send={file}
      >
        <fieldset>
          <legend>{say("班级", "The class")}</legend>
          {!again && (
            <Field
              name="local_id"
              label={label("local_id")}
              hint={say("本机构自编：字母、数字和 . _ / -", "Your own: letters, digits and . _ / -")}
              pattern={OWN_ID}
              maxLength={64}
              required
            />
          )}
          <Choice
            name="programme"
            label={label("programme")}
            value={again?.programme ?? ""}
            options={[...names.programmes.values()]
              .filter((each) => each.parent !== null)
              .map((each) => [each.code, `${each.code} ${say(each.name_zh, each.name_en)}`])}
          />
          <Choice
            name="region"
            label={label("region")}
            value={again?.region ?? ""}
            options={[...names.regions.values()]
              .filter((each) => each.kind !== "province" && each.parent !== null)
              .map((each) => [each.code, placeOf(names.regions, each.code)])}
          />
          <Choice
            name="site"
            label={label("site")}
            optional={say("未选择", "None chosen")}
            value={site ?? ""}
            options={(sites.found ?? []).map((each) => [
              each.local_id,
              `${each.local_id} ${each.address}（${placeOf(names.regions, each.region)}）`,
            ])}
          />
        </fieldset>
        <fieldset>
          <legend>{say("内容与证书", "What is taught, and for which award")}</legend>
          <Field
            name="occupation"
            label={label("occupation")}
            hint={
              listed.length
                ? say(
                    `目录内项目：${listed.slice(0, 6).join("、")}`,
                    `Your listed projects: ${listed.slice(0, 6).join(", ")}`,
                  )
                : say("例如 4-10-01-05", "For example 4-10-01-05")
            }
            value={again?.occupation ?? ""}
            maxLength={32}
            required
          />
          <Choice
            name="award"
            label={label("award")}
            value={again?.award ?? ""}
            options={[...names.awards.values()].map((each) => [each.code, say(each.name_zh, each.name_en)])}
          />
          {names.projects.length > 0 && (
            <Choice
              name="project"
              label={label("project")}
              optional={say("由系统按职业和等级确定", "The one that fits")}
              value={again?.project ?? ""}
              options={names.projects.map((each) => [each.code, say(each.name_zh, each.name_en)])}
            />
          )}
          <Field
            name="teaching_plan"
            label={label("teaching_plan")}
            value={again?.teaching_plan ?? ""}
            maxLength={4000}
            long
          />
        </fieldset>
        <fieldset>
          <legend>{say("时间与规模", "Days and size")}</legend>
          <Field name="starts_on" type="date" label={label("starts_on")} value={again?.starts_on ?? ""} required />
          <Field name="ends_on" type="date" label={label("ends_on")} value={again?.ends_on ?? ""} required />
          <Field
            name="hours"
            type="number"
            min="1"
            label={label("hours")}
            hint={say("每学时 45 分钟", "Of 45 minutes each")}
            value={again ? String(again.hours) : ""}
            required
          />
          <Field
            name="seats"
            type="number"
            min="1"
            label={label("seats")}
            value={again ? String(again.seats) : ""}
            required
          />
        </fieldset>
        <fieldset>
          <legend>{say("资金与收费", "Funds and fee")}</legend>
          <Choice
            name="fund_source"
            label={label("fund_source")}
            optional={say("不申请补贴", "No subsidy")}
            value={again?.fund_source ?? ""}
            options={FUNDS.map(([code, words]) => [code, say(...words)])}
          />
          {(["government", "enterprise", "individual"] as const).map((part) => (
            <Field
              key={part}
              name={part}
              type="number"
              min="0"
              step="0.01"
              label={`${label(`${part}_fen`)}${say("（元/人）", " (yuan each)")}`}
              value={yuan(again?.[`${part}_fen`]) ?? ""}
            />
          ))}
          <Choice
            name="signed_order"
            label={say("企业订单", "Order of an employer")}
            optional={say("没有", "None")}
            value={again?.signed_order ? "yes" : ""}
            options={[["yes", say("有企业签订的订单", "An employer has signed one")]]}
          />
        </fieldset>
        <fieldset>
          <legend>{say("考核计划", "Examination plan")}</legend>
          <Field name="planned_on" type="date" label={label("planned_on")} value={again?.exam_plan?.planned_on ?? ""} />
          <Field name="place" label={label("place")} value={again?.exam_plan?.place ?? ""} maxLength={200} />
          <Field name="body_credit_code" label={label("body_credit_code")} maxLength={64} />
        </fieldset>
      </Form>
    </section>
  );
}
