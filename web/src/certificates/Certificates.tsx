// The certificates of an institution's trainees, or those that an assessment body has issued; names are masked.

import { change, useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all } from "../shared/api";
import { download } from "../shared/download";
import { Wide } from "../shared/Wide";
import { Work } from "../shared/Work";
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
const AWARDS: Readonly<Record<string, Name>> = {
  L1: ["学徒工", "Apprentice worker"],
  L2: ["初级工", "Junior worker (level five)"],
  L3: ["中级工", "Intermediate worker (level four)"],
  L4: ["高级工", "Senior worker (level three)"],
  L5: ["技师", "Technician (level two)"],
  L6: ["高级技师", "Senior technician (level one)"],
  L7: ["特级技师", "Special-grade technician"],
  L8: ["首席技师", "Chief technician"],
  special_ability: ["专项职业能力", "Special vocational ability"],
};

export function Certificates() {
  useLanguage();
  return (
    <Work
      title={say("学员证书", "Certificates of trainees")}
      here="assessment"
      roles={["institution", "assessment_body"]}
    >
      {() => <List />}
    </Work>
  );
}

function List() {
  useLanguage();
  const day = useAddress().get("since") ?? "";
  const answer = useAnswer(() => all<Certificate>("v1/certificates"), []);
  const rowsOf = (found: readonly Certificate[]) =>
    found.filter((each) => each.issued_on >= day).sort((one, other) => (one.issued_on < other.issued_on ? 1 : -1));
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
        <h2 id="certificates-title">{say("已发证书", "Certificates issued")}</h2>
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
        {(found) =>
          rowsOf(found).length === 0 ? (
            <p>{say("还没有证书。", "There is no certificate yet.")}</p>
          ) : (
            <Wide name={say("已发证书", "Certificates issued")}>
              <table>
                <caption>
                  {say(`${rowsOf(found).length} 张；姓名已遮盖。`, `${rowsOf(found).length}; names are masked.`)}
                </caption>
                <thead>
                  <tr>
                    {heading.map((words) => (
                      <th key={words} class="text" scope="col">
                        {words}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rowsOf(found).map((each) => {
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
                  })}
                </tbody>
              </table>
            </Wide>
          )
        }
      </Shown>
    </section>
  );
}
