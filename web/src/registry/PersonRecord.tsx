// The record of a person: an officer says why they look before anything is shown. The number stands in no address, and
// nothing of it is kept in the browser.

import { useState } from "preact/hooks";
import { newKey, post } from "../shared/api";
import { moment, whole } from "../shared/figures";
import { Choice, Field, Form } from "../shared/forms";
import { type Catalogue, nameOf, placeOf } from "../shared/names";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import { OUTCOMES } from "./classes";

interface Found {
  person: { name: string; document_kind: string; document_number: string };
  trainings: {
    enrolment_id: string;
    class_local_id: string;
    institution: string;
    programme: string;
    award: string;
    status: string;
    from_on: string;
    until_on: string;
    hours: number;
    class_hours: number;
    region: string;
  }[];
  certificates: { certificate_id: string; occupation: string; award: string; issued_on: string; valid: boolean }[];
  looks: { region: string; reason: string; looked_by: string; looked_at: string }[];
}

const DOCUMENTS: Readonly<Record<string, Name>> = {
  resident_id: ["居民身份证", "Resident identity card"],
  residence_permit: ["港澳台居民居住证", "Residence permit"],
  foreign_permanent_resident: ["外国人永久居留身份证", "Foreign permanent resident card"],
};

export function PersonRecord({ names }: { names: Catalogue }) {
  const [found, setFound] = useState<{ turn: string; record: Found } | null>(null);
  const labels = { document_number: say("证件号码", "Number"), reason: say("查询事由", "Why you look") };
  const title = say("查询个人记录", "Look at a person's record");
  return (
    <>
      <section class="panel no-print" aria-labelledby="record-title">
        <h2 id="record-title">{title}</h2>
        <p class="soft">
          {say(
            "只显示本地区的培训和本人的证书。查询人、时间和事由会被记录，并显示给以后查询的人。",
            "It shows trainings in your region, and the person's certificates. Who looks, when and why is kept, and " +
              "shown to whoever looks later.",
          )}
        </p>
        <Form
          key={found?.turn ?? ""}
          name={title}
          class="grid"
          labels={labels}
          button={say("查询", "Look")}
          send={async (filled, key) => {
            setFound(null);
            setFound({ turn: newKey(), record: await post<Found>("v1/persons/records", filled, key) });
          }}
        >
          <Choice
            name="document_kind"
            label={say("证件类型", "Document")}
            value="resident_id"
            options={Object.keys(DOCUMENTS).map((code) => [code, named(DOCUMENTS, code)])}
          />
          <Field name="document_number" label={labels.document_number} maxLength={40} required />
          <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
        </Form>
      </section>
      {found && <Shown record={found.record} names={names} close={() => setFound(null)} />}
    </>
  );
}

function Shown(props: { record: Found; names: Catalogue; close: () => void }) {
  const { record, names } = props;
  const { person } = record;
  return (
    <section class="panel long" aria-labelledby="found-title" data-figure="record">
      <div class="panel-head">
        <h2 id="found-title">
          {person.name} <span class="soft">{person.document_number}</span>
        </h2>
        <button type="button" class="quiet no-print" onClick={props.close}>
          {say("关闭记录", "Close the record")}
        </button>
      </div>
      <h3>{say("培训", "Trainings")}</h3>
      <Table
        name={say("培训", "Trainings")}
        rows={record.trainings}
        empty={say("没有培训。", "There are none.")}
        columns={[
          [say("班级", "Class"), "text"],
          [say("机构", "Institution"), "text"],
          [say("地区", "Region"), "text"],
          [say("专项", "Programme"), "text"],
          [say("等级或证书", "Award"), "text"],
          [say("日期", "Days"), "text"],
          [say("学时", "Hours")],
          [say("状态", "State"), "text"],
        ]}
      >
        {(each) => (
          <tr key={each.enrolment_id}>
            <th class="text" scope="row">
              {each.class_local_id}
            </th>
            <td class="text wrap">{each.institution}</td>
            <td class="text">{placeOf(names.regions, each.region)}</td>
            <td class="text wrap">{nameOf(names.programmes, each.programme)}</td>
            <td class="text">{nameOf(names.awards, each.award)}</td>
            <td class="text">
              {each.until_on < each.from_on ? say("未参训", "No day") : `${each.from_on} – ${each.until_on}`}
            </td>
            <td>
              {whole(each.hours)} / {whole(each.class_hours)}
            </td>
            <td class="text">{named(OUTCOMES, each.status)}</td>
          </tr>
        )}
      </Table>
      <h3>{say("证书", "Certificates")}</h3>
      <Table
        name={say("证书", "Certificates")}
        rows={record.certificates}
        empty={say("没有证书。", "There are none.")}
        columns={[
          [say("等级或证书", "Award"), "text"],
          [say("职业代码", "Occupation"), "text"],
          [say("发证日期", "Issued"), "text"],
          [say("状态", "State"), "text"],
        ]}
      >
        {(each) => (
          <tr key={each.certificate_id}>
            <th class="text" scope="row">
              {nameOf(names.awards, each.award)}
            </th>
            <td class="text">{each.occupation}</td>
            <td class="text">{each.issued_on}</td>
            <td class={each.valid ? "text" : "text bad"}>
              {each.valid ? say("有效", "Valid") : say("已撤销", "Revoked")}
            </td>
          </tr>
        )}
      </Table>
      <p class="soft small">
        {say(
          "补贴按班级申领，请在「补贴」页面按班级查看申领和拨付。",
          "Subsidies are claimed by class: the page of subsidies shows claims and payments.",
        )}
      </p>
      <h3>{say("查询记录", "Who looked")}</h3>
      <ul class="plain">
        {record.looks.map((each) => (
          <li key={each.looked_at}>
            {each.looked_by} · {placeOf(names.regions, each.region)} · {moment(new Date(each.looked_at))} ·{" "}
            {each.reason}
          </li>
        ))}
      </ul>
    </section>
  );
}
