// One claim: what came of each line and why, when it is paid, and its history. `steps` are what may be done with it.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Shown, useAnswer } from "../shared/answer";
import { all, ask } from "../shared/api";
import { moment, yuan } from "../shared/figures";
import { Way } from "../shared/Way";
import { Head, Wide } from "../shared/Wide";
import { named, say } from "../shared/words";
import { type DoublePayment, payment, STATES, VERBS, type WholeClaim } from "./claims";
import { PaidTwice } from "./DoublePayments";

async function read(id: string) {
  const [claim, paidTwice] = await Promise.all([
    ask<WholeClaim>(`v1/claims/${id}`),
    all<DoublePayment>("v1/double-payments", { claim_id: id }),
  ]);
  return { claim, paidTwice };
}

export function ClaimPage(props: {
  id: string;
  /** What may be done with it, in the panel of the claim. */
  steps?: (claim: WholeClaim, again: () => void) => ComponentChildren;
  /** Panels of its own between the claim and its lines. */
  beside?: (claim: WholeClaim, again: () => void) => ComponentChildren;
}) {
  const answer = useAnswer(() => read(props.id), [props.id]);
  return (
    <>
      <p class="no-print">
        <Way to={{ claim: null }}>{say("← 全部申领", "← All claims")}</Way>
      </p>
      <Shown answer={answer}>
        {({ claim, paidTwice }) => (
          <>
            <section class="panel" aria-labelledby="claim-title">
              <div class="panel-head">
                <h2 id="claim-title">
                  {say(`申领 ${claim.local_id}`, `Claim ${claim.local_id}`)}{" "}
                  <span class="badge">{named(STATES, claim.status)}</span>
                </h2>
                <p data-figure="amount">{yuan(claim.amount_fen)}</p>
              </div>
              {claim.institution_name && (
                <p class="soft">
                  {claim.institution_name}
                  {claim.class_local_id && say(` · 班级 ${claim.class_local_id}`, ` · class ${claim.class_local_id}`)}
                </p>
              )}
              {claim.kept_fen > 0 && (
                <p class="soft" data-figure="kept">
                  {say(
                    `其中 ${yuan(claim.kept_fen)} 抵扣应退款`,
                    `${yuan(claim.kept_fen)} of it are kept for what its payee owes`,
                  )}
                </p>
              )}
              <p class="message next">{say(...payment(claim))}</p>
              {claim.held_by.map((each) => (
                <p key={each.id} class="message bad">
                  {say(each.cure_zh, each.cure_en)}
                </p>
              ))}
              {props.steps?.(claim, answer.again)}
            </section>
            <PaidTwice found={paidTwice} />
            {props.beside?.(claim, answer.again)}
            <Lines claim={claim} />
            <section class="panel" aria-labelledby="steps-title">
              <h2 id="steps-title">{say("经过", "History")}</h2>
              <ol>
                {claim.history.map((step) => (
                  <li key={step.version}>
                    <b>{named(VERBS, step.verb)}</b>{" "}
                    <span class="soft">
                      {moment(new Date(step.done_at))} · {step.done_by}
                    </span>
                    {step.reason && <p>{step.reason}</p>}
                  </li>
                ))}
              </ol>
            </section>
          </>
        )}
      </Shown>
    </>
  );
}

function Lines(props: { claim: WholeClaim }) {
  const [open, setOpen] = useState<number | null>(null);
  const lines = props.claim.lines;
  const refused = lines.filter((line) => line.refusal !== null).length;
  return (
    <section class="panel long" aria-labelledby="lines-title">
      <h2 id="lines-title">{say("每名学员一行", "One line for each trainee")}</h2>
      <Wide name={say("申领明细", "Lines of the claim")}>
        <table>
          <caption>
            {say(
              `${lines.length} 行，${lines.length - refused} 行有补贴，${refused} 行没有。`,
              `${lines.length} lines: ${lines.length - refused} with a subsidy, ${refused} without.`,
            )}
          </caption>
          <Head
            columns={[
              [say("行", "Line"), "text"],
              [say("完成培训日期", "Trained on"), "text"],
              [say("金额", "Amount")],
              [say("结果与原因", "What came of it, and why"), "text"],
              [say("逐项检查", "Checks"), "text no-print"],
            ]}
          />
          <tbody>
            {lines.map((line) => (
              <tr key={line.line} data-line={line.line}>
                <th class="text" scope="row">
                  {line.line}
                </th>
                <td class="text">{line.trained_on}</td>
                <td>{yuan(line.amount_fen)}</td>
                <td class="wrap">
                  {line.refusal ? (
                    <span class="bad">{say(line.refusal_zh ?? "", line.refusal_en ?? "")}</span>
                  ) : (
                    <span class="good">{say("符合条件", "Fits the rules")}</span>
                  )}
                  {line.recovered_fen > 0 && (
                    <p class="warn">
                      {say(`已追回 ${yuan(line.recovered_fen)}`, `Recovered: ${yuan(line.recovered_fen)}`)}
                    </p>
                  )}
                  {line.written_off_fen > 0 && (
                    <p class="warn">
                      {say(`已核销 ${yuan(line.written_off_fen)}`, `Written off: ${yuan(line.written_off_fen)}`)}
                    </p>
                  )}
                  {line.stopped_fen > 0 && (
                    <p class="warn">
                      {say(`停止拨付 ${yuan(line.stopped_fen)}`, `Stopped: ${yuan(line.stopped_fen)}`)}
                    </p>
                  )}
                  {open === line.line && <Checks claim={props.claim.id} line={line.line} />}
                </td>
                <td class="text no-print">
                  <button
                    type="button"
                    class="link"
                    aria-expanded={open === line.line}
                    aria-label={
                      open === line.line
                        ? say(`收起第 ${line.line} 行的逐项检查`, `Hide the checks of line ${line.line}`)
                        : say(`查看第 ${line.line} 行的逐项检查`, `Show the checks of line ${line.line}`)
                    }
                    onClick={() => setOpen(open === line.line ? null : line.line)}
                  >
                    {open === line.line ? say("收起", "Hide") : say("查看", "Show")}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

interface Explanation {
  checks: {
    code: string;
    outcome: "passed" | "refused" | "not_reached";
    title_en: string;
    title_zh: string;
    cure_en: string;
    cure_zh: string;
  }[];
}

export function Checks(props: { claim: string; line: number }) {
  const answer = useAnswer(
    () => ask<Explanation>(`v1/claims/${props.claim}/lines/${props.line}/explanation`),
    [props.claim, props.line],
  );
  return (
    <Shown answer={answer}>
      {(found) => (
        <ul class="small">
          {found.checks
            .filter((check) => check.outcome !== "not_reached")
            .map((check) => (
              <li key={check.code}>
                {check.outcome === "passed" ? (
                  <>
                    <span class="good">{say("✓ 未发现：", "✓ Not the case: ")}</span>
                    {say(check.title_zh, check.title_en)}
                  </>
                ) : (
                  <b class="bad">
                    ✗ {say(check.title_zh, check.title_en)} {say(check.cure_zh, check.cure_en)}
                  </b>
                )}
              </li>
            ))}
        </ul>
      )}
    </Shown>
  );
}
