// The workplace of an institution for its money: claims, what came of each line and why, when it is paid, and quotes.

import { useState } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, ask, post } from "../shared/api";
import { moment, yuan } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Head, Wide } from "../shared/Wide";
import { Way, Ways, Work } from "../shared/Work";
import { named, say, useLanguage } from "../shared/words";
import { type Claim, payment, STATES, VERBS, type WholeClaim } from "./claims";
import { Quotes } from "./Quotes";

export function Subsidy() {
  useLanguage();
  return (
    <Work title={say("补贴申领", "Claims of subsidies")} here="subsidy" roles={["institution"]}>
      {() => <Institution />}
    </Work>
  );
}

function Institution() {
  useLanguage();
  const address = useAddress();
  const view = address.get("view") ?? "claims";
  const claim = address.get("claim");
  return (
    <>
      <Ways
        name={say("补贴", "Subsidies")}
        parameter="view"
        now={view}
        ways={[
          ["claims", say("我的申领", "My claims")],
          ["quotes", say("测算", "Quotes")],
        ]}
      />
      <div class="stack">
        {view === "quotes" && <Quotes />}
        {view === "claims" && claim && <OneClaim key={claim} id={claim} />}
        {view === "claims" && !claim && <Claims />}
      </div>
    </>
  );
}

function Claims() {
  const answer = useAnswer(() => all<Claim>("v1/claims"), []);
  return (
    <section class="panel long" aria-labelledby="claims-title">
      <h2 id="claims-title">{say("我的申领", "My claims")}</h2>
      <Shown answer={answer}>
        {(claims) =>
          claims.length === 0 ? (
            <p>
              {say(
                "还没有申领。班级结班、学员取证后，可以先测算再申领。",
                "There is no claim yet. Once a class is completed and certified, ask for a quote, then claim.",
              )}
            </p>
          ) : (
            <Wide name={say("我的申领", "My claims")}>
              <table>
                <caption class="unseen">{say("我的申领", "My claims")}</caption>
                <Head
                  columns={[
                    [say("申领编号", "Claim"), "text"],
                    [say("班级", "Class"), "text"],
                    [say("状态", "State"), "text"],
                    [say("金额", "Amount")],
                    [say("已追回", "Recovered")],
                    [say("提交", "Submitted"), "text"],
                    [say("拨付", "Payment"), "text"],
                  ]}
                />
                <tbody>
                  {claims.map((claim) => (
                    <tr key={claim.id} data-claim={claim.local_id}>
                      <th class="text" scope="row">
                        <Way to={{ claim: claim.id }}>{claim.local_id}</Way>
                      </th>
                      <td class="text">{claim.class_local_id ?? "—"}</td>
                      <td class="text">
                        <span class="badge">{named(STATES, claim.status)}</span>
                      </td>
                      <td>{yuan(claim.amount_fen)}</td>
                      <td>{claim.recovered_fen ? yuan(claim.recovered_fen) : "—"}</td>
                      <td class="text">{claim.submitted_on ?? "—"}</td>
                      <td class="wrap">{say(...payment(claim))}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Wide>
          )
        }
      </Shown>
    </section>
  );
}

function OneClaim(props: { id: string }) {
  const answer = useAnswer(() => ask<WholeClaim>(`v1/claims/${props.id}`), [props.id]);
  return (
    <>
      <p class="no-print">
        <Way to={{ claim: null }}>{say("← 全部申领", "← All claims")}</Way>
      </p>
      <Shown answer={answer}>
        {(claim) => (
          <>
            <section class="panel" aria-labelledby="claim-title">
              <div class="panel-head">
                <h2 id="claim-title">
                  {say(`申领 ${claim.local_id}`, `Claim ${claim.local_id}`)}{" "}
                  <span class="badge">{named(STATES, claim.status)}</span>
                </h2>
                <p data-figure="amount">{yuan(claim.amount_fen)}</p>
              </div>
              <p class="message next">{say(...payment(claim))}</p>
              {claim.held_by.map((each) => (
                <p key={each.id} class="message bad">
                  {say(each.cure_zh, each.cure_en)}
                </p>
              ))}
              <Steps claim={claim} again={answer.again} />
            </section>
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

/** What the institution may do with a draft or a claim that was returned. */
function Steps(props: { claim: WholeClaim; again: () => void }) {
  const { claim, again } = props;
  const base = `v1/claims/${claim.id}`;
  const doing = (noun: string) => async (filled: Readonly<Record<string, string>>, key: string) => {
    await post(`${base}/${noun}`, noun === "withdrawal" ? filled : undefined, `${key}-${noun}`);
    again();
  };
  const isOpen = claim.status === "draft" || claim.status === "returned";
  if (!isOpen && claim.status !== "submitted") return null;
  return (
    <div class="sides no-print">
      {isOpen && (
        <Form
          name={say("提交申领", "Submit the claim")}
          button={say("提交申领", "Submit it")}
          send={doing("submission")}
        >
          <p class="soft">{say("提交后由审核人员审核。", "A reviewer decides on it then.")}</p>
        </Form>
      )}
      {isOpen && (
        <Form
          name={say("重新生成", "Build it again")}
          button={say("重新生成", "Build it again")}
          send={doing("rebuild")}
        >
          <p class="soft">
            {say(
              "名册、证书有更正时，按现在的情况重新计算各行。",
              "Computes each line again from what is recorded now.",
            )}
          </p>
        </Form>
      )}
      <Form name={say("撤回申领", "Withdraw the claim")} button={say("撤回", "Withdraw it")} send={doing("withdrawal")}>
        <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} />
      </Form>
    </div>
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

function Checks(props: { claim: string; line: number }) {
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
