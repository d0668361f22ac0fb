// Statements: what was booked until the end of a month, frozen.

import { useState } from "preact/hooks";
import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { whole, yuan } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { placeName, usePlaces } from "../shared/places";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";

interface Statement {
  id: string;
  kind: string;
  region: string;
  month: string;
  number: number;
  postings: number;
  sums: Readonly<Record<string, number>>;
  frozen_by: string;
}

const SUMS: Readonly<Record<string, Name>> = {
  allocate: ["下达", "Allocated"],
  move: ["调剂", "Moved"],
  reserve: ["申领占用", "Asked for"],
  clear: ["释放占用", "Cleared"],
  approve: ["批准", "Approved"],
  release: ["撤销批准", "Released"],
  pay: ["拨付", "Paid"],
  return: ["银行退回", "Sent back"],
  recover: ["追回", "Recovered"],
  offset: ["抵扣", "Kept"],
  reverse_recovery: ["撤销追回", "Recovery reversed"],
  write_off: ["核销", "Written off"],
  reverse_write_off: ["撤销核销", "Write-off reversed"],
  pay_twice: ["重复拨付", "Paid twice"],
  cancel_twice: ["撤销重复拨付登记", "Record of a double payment taken back"],
  recover_twice: ["追回重复拨付", "Double payment recovered"],
  offset_twice: ["抵扣重复拨付", "Double payment kept"],
  write_off_twice: ["核销重复拨付", "Double payment written off"],
  reverse_recovery_twice: ["撤销追回重复拨付", "Double payment owed again"],
  reverse_write_off_twice: ["撤销核销重复拨付", "Double payment due again"],
};

export function Statements() {
  const answer = useAnswer(() => all<Statement>("v1/statements"), []);
  const places = usePlaces();
  const [frozen, setFrozen] = useState<number | null>(null);
  const title = say("对账单", "Statements");
  return (
    <>
      <section class="panel no-print" aria-labelledby="freeze-title">
        <h2 id="freeze-title">{say("生成对账单", "Freeze a month")}</h2>
        {frozen !== null && (
          <p class="message" role="status">
            {say(`已生成 ${frozen} 份对账单。`, `${frozen} statements are frozen.`)}
          </p>
        )}
        <Form
          name={say("生成对账单", "Freeze a month")}
          button={say("生成", "Freeze")}
          labels={{ month: say("月份", "Month") }}
          send={async (filled, key) => {
            setFrozen(null);
            const { statements } = await post<{ statements: number }>("v1/statements", filled, key);
            setFrozen(statements);
            answer.again();
          }}
        >
          <Field
            name="month"
            type="date"
            label={say("该月的任意一天", "Any day of the month")}
            hint={say("须是已结束的月份。", "The month has to be over.")}
            required
          />
        </Form>
      </section>
      <Listing id="statements" title={title} answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={[...found].reverse()}
            empty={say("还没有对账单。", "There is no statement yet.")}
            columns={[
              [say("月份", "Month"), "text"],
              [say("对象", "Of"), "text"],
              [say("地区", "Region"), "text"],
              [say("笔数", "Postings")],
              [say("金额", "Sums"), "text"],
              [say("生成人", "Frozen by"), "text"],
            ]}
          >
            {(one) => (
              <tr key={one.id} data-statement={one.id}>
                <th class="text" scope="row">
                  {one.month.slice(0, 7)} · {one.number}
                </th>
                <td class="text">
                  {one.kind === "fund" || one.kind === "budget" ? say("资金", "Fund") : say("机构", "Institution")}
                </td>
                <td class="text">{placeName(places, one.region)}</td>
                <td>{whole(one.postings)}</td>
                <td class="wrap">
                  {Object.entries(one.sums)
                    .filter(([, sum]) => sum)
                    .map(([verb, sum]) => `${named(SUMS, verb)} ${yuan(sum)}`)
                    .join(say("；", "; ")) || "—"}
                </td>
                <td class="text">{one.frozen_by}</td>
              </tr>
            )}
          </Table>
        )}
      </Listing>
    </>
  );
}
