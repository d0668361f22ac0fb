// The certificates of an institution's trainees, or those that an assessment body has issued; names are masked.

import { change, useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all } from "../shared/api";
import { AWARDS } from "../shared/awards";
import { download } from "../shared/download";
import { Table } from "../shared/Wide";
import { type Name, named, say, useLanguage } from "../shared/words";

interface Certificate {
  id: string;
  number: string;
  name: string;
  occupation: string;
  award: string;
  issued_on: string;
  status: "valid" | "revoked";
}

const STATES: Readonly<Record<Certificate["status"], Name>> = {
  valid: ["有效", "Valid"],
  revoked: ["已撤销", "Revoked"],
};
/** All that the caller sees; with `session`, those of one session. */
export function Certificates(props: { session?: string }) {
  useLanguage();
  const day = useAddress().get("since") ?? "";
  const answer = useAnswer(() => all<Certificate>("v1/certificates", { session_id: props.session }), [props.session]);
  const rowsOf = (found: readonly Certificate[]) =>
    found.filter((each) => each.issued_on >= day).sort((one, other) => (one.issued_on < other.issued_on ? 1 : -1));
  const title = say("已发证书", "Certificates issued");
  const heading = [
    say("证书编号", "Number"),
    say("姓名", "Name"),
    say("职业编码", "Occupation"),
    say("等级或种类", "Award"),
    say("发证日期", "Issued on"),
    say("状态", "State"),
  ];
  const cells = (each: Certificate) => [
    each.number,
    each.name,
    each.occupation,
    named(AWARDS, each.award),
    each.issued_on,
    say(...STATES[each.status]),
  ];
  return (
    <section class="panel long" aria-labelledby="certificates-title">
      <div class="panel-head">
        <h2 id="certificates-title">{title}</h2>
        {answer.found && (
          <button
            type="button"
            class="quiet"
            onClick={() =>
              download(say("学员证书.csv", "certificates.csv"), [heading, ...rowsOf(answer.found ?? []).map(cells)])
            }
          >
            {say("下载", "Download")}
          </button>
        )}
      </div>
      <p class="row filters">
        <label>
          {say("发证日期不早于", "Issued since")}{" "}
          <input type="date" value={day} onChange={(event) => change({ since: event.currentTarget.value })} />
        </label>
        <a href="verify">{say("查验证书", "Verify a certificate")}</a>
      </p>
      <Shown answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={rowsOf(found)}
            empty={say("还没有证书。", "There is no certificate yet.")}
            caption={say(`${rowsOf(found).length} 张；姓名已遮盖。`, `${rowsOf(found).length}; names are masked.`)}
            columns={heading.map((words) => [words, "text"])}
          >
            {(each) => {
              const [number, ...others] = cells(each);
              return (
                <tr key={each.id}>
                  <th class="text" scope="row">
                    {number}
                  </th>
                  {others.map((text, place) => (
                    <td key={heading[place + 1]} class="text">
                      {text}
                    </td>
                  ))}
                </tr>
              );
            }}
          </Table>
        )}
      </Shown>
    </section>
  );
}
