// The examiners and quality supervisors of a body: who they are, what they may examine, and registering one.

import { useState } from "preact/hooks";
import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { AWARDS } from "../shared/awards";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import { type Examiner, type Names, occupationName } from "./sessions";

const KINDS: Readonly<Record<string, Name>> = {
  examiner: ["考评员", "Examiner"],
  supervisor: ["质量督导员", "Quality supervisor"],
};
const STATES: Readonly<Record<string, Name>> = {
  active: ["在岗", "Active"],
  suspended: ["已暂停", "Suspended"],
  ended: ["已终止", "Ended"],
};

export function Examiners(props: { names: Names }) {
  const { names } = props;
  const answer = useAnswer(() => all<Examiner>("v1/examiners"), []);
  const title = say("考评员与督导员", "Examiners and supervisors");
  return (
    <>
      <Register names={names} done={answer.again} />
      <Listing id="examiners" title={title} answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={found}
            empty={say("还没有登记。", "Nobody is registered yet.")}
            caption={say("姓名已遮盖。", "Names are masked.")}
            columns={[
              [say("编号", "Number"), "text"],
              [say("姓名", "Name"), "text"],
              [say("类别", "Kind"), "text"],
              [say("状态", "State"), "text"],
              [say("任期", "Term"), "text"],
              [say("可考评的职业与等级", "May examine"), "text"],
            ]}
          >
            {(each) => (
              <tr key={each.id} data-examiner={each.local_id}>
                <th class="text" scope="row">
                  {each.local_id}
                </th>
                <td class="text">{each.name}</td>
                <td class="text">{named(KINDS, each.kind)}</td>
                <td class="text">
                  <span class={each.status === "active" ? "badge good" : "badge bad"}>
                    {named(STATES, each.status)}
                  </span>
                </td>
                <td class="text">
                  {each.first_on} {say("至", "to")} {each.last_on ?? say("今", "now")}
                </td>
                <td class="wrap">
                  {each.qualifications
                    .map((one) => `${occupationName(names.occupations, one.occupation)} ${named(AWARDS, one.award)}`)
                    .join(say("；", "; ")) || "—"}
                </td>
              </tr>
            )}
          </Table>
        )}
      </Listing>
    </>
  );
}

function Register(props: { names: Names; done: () => void }) {
  const { names } = props;
  const [turn, setTurn] = useState(0);
  const [kind, setKind] = useState("examiner");
  const send = async (filled: Filled, key: string) => {
    const { scope, certificate, qualified_on, ...person } = filled;
    const [occupation, award] = (scope ?? "").split(" ");
    const qualifications = occupation ? [{ occupation, award, certificate, first_on: qualified_on }] : [];
    await post("v1/examiners", { ...person, qualifications }, key);
    setTurn((before) => before + 1);
    props.done();
  };
  const isExaminer = kind === "examiner";
  return (
    <section class="panel no-print" aria-labelledby="register-title">
      <details>
        <summary>
          <h2 id="register-title" class="in-line">
            {say("登记考评员或督导员", "Register an examiner or supervisor")}
          </h2>
        </summary>
        {turn > 0 && (
          <p class="message" role="status">
            {say("已登记。", "Registered.")}
          </p>
        )}
        <Form
          key={turn}
          name={say("登记考评员", "Register an examiner")}
          class="grid"
          labels={{
            local_id: say("编号", "Number"),
            name: say("姓名", "Name"),
            document_number: say("证件号码", "Document number"),
            certificate: say("考评证编号", "Certificate"),
            first_on: say("开始日期", "From"),
          }}
          button={say("登记", "Register")}
          send={send}
        >
          <Choice
            name="kind"
            label={say("类别", "Kind")}
            value={kind}
            options={Object.entries(KINDS).map(([code, name]) => [code, say(...name)])}
            onChange={setKind}
          />
          <Field
            name="local_id"
            label={say("编号", "Number")}
            hint={say("本机构自编，不用证件号码", "Your own, never an identity number")}
            pattern="[A-Za-z0-9._\/\-]+"
            maxLength={64}
            required
          />
          <Field name="name" label={say("姓名", "Name")} maxLength={60} required />
          <Field name="document_number" label={say("证件号码", "Document number")} maxLength={40} required />
          <Field name="first_on" type="date" label={say("任期开始", "Term from")} />
          {isExaminer && (
            <>
              <Choice
                name="scope"
                label={say("可考评的职业与最高等级", "May examine, up to")}
                options={names.body.scope.map((each) => [
                  `${each.occupation} ${each.award}`,
                  `${occupationName(names.occupations, each.occupation)} · ${named(AWARDS, each.award)}`,
                ])}
              />
              <Field
                name="certificate"
                label={say("考评证编号", "Number of the certificate")}
                maxLength={64}
                required
              />
              <Field name="qualified_on" type="date" label={say("考评证起始日期", "Certificate from")} required />
            </>
          )}
        </Form>
      </details>
    </section>
  );
}
