// What a class would get if everybody who still may completes it, and drafting the claim for it.

import { useState } from "preact/hooks";
import { change } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { yuan } from "../shared/figures";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Head, Wide } from "../shared/Wide";
import { say } from "../shared/words";
import type { Claim } from "./claims";

interface Quote {
  rate_fen: number | null;
  valid_until: string | null;
  amount_fen: number;
  lines: {
    enrolment_id: string | null;
    amount_fen: number;
    refusal: string | null;
    refusal_en: string | null;
    refusal_zh: string | null;
    used_in_year: number;
    in_year_max: number;
  }[];
}

interface ClaimableClass {
  id: string;
  local_id: string;
  status: string;
  starts_on: string;
  ends_on: string;
}

export function Quotes() {
  const answer = useAnswer(() => all<ClaimableClass>("v1/quotable-classes"), []);
  const [found, setFound] = useState<Quote | null>(null);
  return (
    <Shown answer={answer}>
      {(classes) => {
        const options = classes.map((one): [string, string] => [one.id, `${one.local_id}（${one.starts_on}）`]);
        return (
          <>
            <section class="panel" aria-labelledby="quote-title">
              <h2 id="quote-title">{say("测算一个班能得到多少补贴", "What a class would get")}</h2>
              <Form
                name={say("测算", "Quote")}
                button={say("测算", "Quote")}
                send={async (filled: Filled) => {
                  setFound(null);
                  setFound(await post<Quote>("v1/quotes", { class_id: filled.class_id }));
                }}
              >
                <Choice name="class_id" label={say("班级", "Class")} options={options} />
              </Form>
              {found && <Result quote={found} />}
            </section>
            <section class="panel no-print" aria-labelledby="draft-title">
              <h2 id="draft-title">{say("生成申领", "Draft a claim")}</h2>
              <Form
                name={say("生成申领", "Draft a claim")}
                button={say("生成草稿", "Draft it")}
                send={async (filled: Filled, key: string) => {
                  const claim = await post<Claim>("v1/claims", filled, key);
                  change({ view: "claims", claim: claim.id });
                }}
              >
                <Choice name="class_id" label={say("申领的班级", "Class of the claim")} options={options} />
                <Field
                  name="local_id"
                  label={say("申领编号", "Number of the claim")}
                  hint={say("本机构自编：字母、数字和 . _ / -", "Your own: letters, digits and . _ / -")}
                  pattern="[A-Za-z0-9._\/\-]+"
                  maxLength={64}
                  required
                />
              </Form>
            </section>
          </>
        );
      }}
    </Shown>
  );
}

function Result(props: { quote: Quote }) {
  const { quote } = props;
  return (
    <div role="status">
      <p class="message">
        {say("测算金额：", "The quote: ")}
        <b data-figure="quote">{yuan(quote.amount_fen)}</b>
        {quote.rate_fen !== null && say(`，每人 ${yuan(quote.rate_fen)}`, `, ${yuan(quote.rate_fen)} each`)}
        {quote.valid_until && say(`，有效至 ${quote.valid_until}`, `, valid until ${quote.valid_until}`)}
        {say("。以申领时的实际情况为准。", ". What happens until the claim decides.")}
      </p>
      <Wide name={say("测算明细", "Lines of the quote")}>
        <table>
          <caption class="unseen">{say("测算明细", "Lines of the quote")}</caption>
          <Head
            columns={[
              [say("行", "Line"), "text"],
              [say("金额", "Amount")],
              [say("原因", "Reason"), "text"],
              [say("本年已享受/上限", "Used this year / limit")],
            ]}
          />
          <tbody>
            {quote.lines.map((line, place) => (
              <tr key={line.enrolment_id ?? place}>
                <th class="text" scope="row">
                  {place + 1}
                </th>
                <td>{yuan(line.amount_fen)}</td>
                <td class="wrap">
                  {line.refusal ? (
                    <span class="bad">{say(line.refusal_zh ?? "", line.refusal_en ?? "")}</span>
                  ) : (
                    say("符合条件", "Fits the rules")
                  )}
                </td>
                <td>
                  {line.used_in_year} / {line.in_year_max}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </div>
  );
}
