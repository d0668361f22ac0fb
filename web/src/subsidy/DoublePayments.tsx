// What the bank paid once more for a claim: finance records it on the page of the claim, and settles it here. One person
// proposes each step, another confirms it.

import { useState } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, ask, post } from "../shared/api";
import { State } from "../shared/Deadlines";
import { type Decide, useDecisions } from "../shared/Decisions";
import { fenOf, yuan } from "../shared/figures";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { OpeningRow, useOpening } from "../shared/Opening";
import { placeName, usePlaces } from "../shared/places";
import type { SignedIn } from "../shared/session";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import { type Claim, claimsOf, type DoublePayment, type WholeClaim } from "./claims";
import { ProposalsAbout } from "./Proposals";

interface Recovery {
  id: string;
  amount_fen: number;
  against: string | null;
  recovered_on: string;
  proposed_by: string;
  confirmed_by: string;
  reversed_on: string | null;
  lapsed_fen: number;
}

const STATES: Readonly<Record<DoublePayment["status"], Name>> = {
  outstanding: ["待追回", "Outstanding"],
  settled: ["已结清", "Settled"],
  cancelled: ["已撤销登记", "Taken back"],
};
const PROPOSED: Name = ["已提出，等待另一名财务人员复核。", "is proposed; another person of finance confirms it."];

function nameOf(one: DoublePayment): string {
  return say(`重复付款 ${one.reference}`, `Double payment ${one.reference}`);
}

/** What is left of a recovery once it was taken back, or could not be kept from a payment. */
function standing(one: Recovery): number {
  return one.reversed_on ? 0 : one.amount_fen - one.lapsed_fen;
}

async function read(status: string | undefined) {
  const payments = await all<DoublePayment>("v1/double-payments", { status });
  const waits = (one: DoublePayment) => Number(one.status === "outstanding");
  return { payments: payments.sort((one, other) => waits(other) - waits(one)), claims: await claimsOf(payments) };
}

export function DoublePayments({ me }: { me: SignedIn }) {
  const status = useAddress().get("status") ?? undefined;
  const answer = useAnswer(() => read(status), [status]);
  const places = usePlaces();
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("银行重复付款", "What the bank paid twice");
  return (
    <Listing id="double-payments" title={title} told={told} answer={answer}>
      {({ payments, claims }) => (
        <>
          <InState status={status} />
          <Table
            name={title}
            rows={payments}
            empty={say("没有重复付款。", "The bank paid nothing twice.")}
            columns={[
              [say("银行流水号", "Reference"), "text"],
              [say("申领", "Claim"), "text"],
              [say("机构", "Institution"), "text"],
              [say("地区", "Region"), "text"],
              [say("付款日期", "Paid on"), "text"],
              [say("金额", "Amount")],
              [say("已追回", "Recovered")],
              [say("已核销", "Written off")],
              [say("尚未追回", "Outstanding")],
              [say("状态", "State"), "text"],
            ]}
          >
            {(one) => (
              <OpeningRow
                key={one.id}
                opening={opening}
                id={one.id}
                columns={10}
                data={{ "data-double-payment": one.reference }}
                opener={one.reference}
                cells={
                  <>
                    <td class="text">
                      <Way to={{ claim: one.claim_id }}>
                        {claims.get(one.claim_id)?.local_id ?? say("查看", "Show")}
                      </Way>
                    </td>
                    <td class="wrap">{claims.get(one.claim_id)?.institution_name ?? "—"}</td>
                    <td class="text">{placeName(places, one.region)}</td>
                    <td class="text">{one.paid_on}</td>
                    <td>{yuan(one.amount_fen)}</td>
                    <td>{yuan(one.recovered_fen)}</td>
                    <td>{yuan(one.written_off_fen)}</td>
                    <td>{yuan(one.outstanding_fen)}</td>
                    <State name={named(STATES, one.status)} waits={one.status === "outstanding"} />
                  </>
                }
              >
                <Opened one={one} me={me} decide={decide} again={answer.again} />
              </OpeningRow>
            )}
          </Table>
        </>
      )}
    </Listing>
  );
}

function InState(props: { status: string | undefined }) {
  const states: readonly (readonly [string | null, string])[] = [
    [null, say("全部", "All")],
    ...Object.entries(STATES).map(([code, name]): [string, string] => [code, say(...name)]),
  ];
  return (
    <p class="row no-print">
      {states.map(([code, words]) => (
        <Way key={words} to={{ status: code }} isNow={(code ?? undefined) === props.status}>
          {words}
        </Way>
      ))}
    </p>
  );
}

/** How it was recorded and what came back of it; for finance what can be done about it. */
function Opened(props: { one: DoublePayment; me: SignedIn; decide: Decide; again: () => void }) {
  const { one, me } = props;
  const [turn, setTurn] = useState(0);
  return (
    <div class="sides">
      <div>
        <p>{one.reason}</p>
        <p class="soft small">
          {say(
            `${one.proposed_by} 提出 · ${one.confirmed_by} 复核`,
            `Proposed by ${one.proposed_by} · confirmed by ${one.confirmed_by}`,
          )}
        </p>
        <Recoveries of={one} />
      </div>
      <div>
        <ProposalsAbout key={turn} me={me} subject={`double-payments/${one.id}`} done={props.again} />
        {one.status !== "cancelled" && me.role === "finance" && (
          <Settling
            key={`form-${turn}`}
            one={one}
            send={async (name, step, body, key) => {
              await props.decide(`${nameOf(one)} · ${say(...name)}`, PROPOSED, () =>
                post(`v1/double-payments/${one.id}/${step}`, body, key),
              );
              setTurn((before) => before + 1);
            }}
          />
        )}
      </div>
    </div>
  );
}

function Recoveries(props: { of: DoublePayment }) {
  const { id, version } = props.of;
  const answer = useAnswer(async () => {
    const { recoveries } = await ask<{ recoveries: Recovery[] }>(`v1/double-payments/${id}`);
    const kept = recoveries.flatMap(({ against }) => (against ? [{ claim_id: against }] : []));
    return { recoveries, claims: await claimsOf(kept) };
  }, [id, version]);
  return (
    <Shown answer={answer}>
      {({ recoveries, claims }) => (
        <ul class="plain">
          {recoveries.map((each) => (
            <li key={each.id} class="reason mild" data-recovery={each.amount_fen}>
              <p>
                <b>{yuan(each.amount_fen)}</b>{" "}
                {each.against ? (
                  <>
                    {say("从申领 ", "kept from the payment of claim ")}
                    <Way to={{ claim: each.against }}>{claims.get(each.against)?.local_id ?? say("查看", "Show")}</Way>
                    {say(" 的付款中抵扣", "")}
                  </>
                ) : (
                  say("已退回", "paid back")
                )}
                {standing(each) < each.amount_fen &&
                  say(
                    `，其中 ${yuan(each.amount_fen - standing(each))} 已恢复为应追回`,
                    `; of it, ${yuan(each.amount_fen - standing(each))} are owed again`,
                  )}
              </p>
              <p class="soft small">
                {each.recovered_on} · {each.proposed_by} · {each.confirmed_by}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Shown>
  );
}

interface Step {
  name: Name;
  fits: (one: DoublePayment) => boolean;
}

const STEPS: Readonly<Record<string, Step>> = {
  recovery: { name: ["追回", "Recover"], fits: (one) => one.outstanding_fen > 0 },
  "write-off": { name: ["核销（不再追回）", "Write off"], fits: (one) => one.outstanding_fen > 0 },
  "recovery-reversal": { name: ["撤销追回", "Take a recovery back"], fits: (one) => one.recovered_fen > 0 },
  "write-off-reversal": { name: ["撤销核销", "Take the write-off back"], fits: (one) => one.written_off_fen > 0 },
  cancellation: {
    name: ["撤销登记（银行未重复付款）", "Take the record back: the bank paid once"],
    fits: (one) => one.recovered_fen + one.written_off_fen === 0,
  },
};

function Settling(props: {
  one: DoublePayment;
  send: (name: Name, step: string, body: unknown, key: string) => Promise<void>;
}) {
  const { one } = props;
  const [step, setStep] = useState("");
  const labels = {
    step: say("办理事项", "What to propose"),
    amount_fen: say("金额（元）", "Amount (yuan)"),
    against: say("从下列申领的付款中抵扣", "Kept from the payment of"),
    recovery_id: say("哪一笔追回", "Which recovery"),
    reason: say("理由", "Reason"),
  };
  const possible = Object.entries(STEPS).filter(([, { fits }]) => fits(one));
  const send = ({ step: code = "", yuan: sum, ...others }: Filled, key: string) =>
    props.send(STEPS[code]?.name ?? ["", ""], code, sum ? { ...others, amount_fen: fenOf(sum) } : others, key);
  return (
    <Form
      name={say("办理重复付款", "Settle the double payment")}
      class="grid no-print"
      labels={labels}
      button={say("提出，由另一人复核", "Propose it to a second person")}
      send={send}
    >
      <Choice
        name="step"
        label={labels.step}
        options={possible.map(([code, { name }]) => [code, say(...name)])}
        onChange={setStep}
      />
      {(step === "recovery" || step === "write-off") && (
        <Field
          name="yuan"
          label={labels.amount_fen}
          hint={say(`最多 ${yuan(one.outstanding_fen)}`, `At most ${yuan(one.outstanding_fen)}`)}
          type="number"
          min="0.01"
          step="0.01"
          required
        />
      )}
      {step === "recovery" && <Against one={one} label={labels.against} />}
      {step === "recovery-reversal" && <WhichRecovery one={one} label={labels.recovery_id} />}
      <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
    </Form>
  );
}

/** The approved claims of the same payee, from whose payment it can be kept. */
function Against(props: { one: DoublePayment; label: string }) {
  const { one } = props;
  const answer = useAnswer(() => all<Claim>("v1/claims", { status: "approved" }), []);
  const due = (answer.found ?? []).filter((each) => each.institution_id === one.institution_id);
  return (
    <Choice
      name="against"
      label={props.label}
      optional={say("不抵扣，款项已退回", "None: it was paid back")}
      options={due.map((each) => [each.id, `${each.local_id} · ${yuan(each.amount_fen)}`])}
    />
  );
}

/** The recoveries of which something stands. */
function WhichRecovery(props: { one: DoublePayment; label: string }) {
  const { id, version } = props.one;
  const answer = useAnswer(() => ask<{ recoveries: Recovery[] }>(`v1/double-payments/${id}`), [id, version]);
  const stand = (answer.found?.recoveries ?? []).filter((each) => standing(each) > 0);
  return (
    <Choice
      name="recovery_id"
      label={props.label}
      options={stand.map((each) => [each.id, `${each.recovered_on} · ${yuan(standing(each))}`])}
    />
  );
}

/** What the bank paid once more for one claim. */
export function PaidTwice(props: { found: readonly DoublePayment[] }) {
  if (props.found.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="paid-twice-title">
      <h2 id="paid-twice-title">{say("银行重复付款", "What the bank paid twice")}</h2>
      <ul class="plain">
        {props.found.map((one) => (
          <li key={one.id} class="reason mild" data-double-payment={one.reference}>
            <p>
              <b>{yuan(one.amount_fen)}</b> <span class="badge">{named(STATES, one.status)}</span>
            </p>
            <p>
              {say(
                `已追回 ${yuan(one.recovered_fen)}，已核销 ${yuan(one.written_off_fen)}，尚未追回 ${yuan(one.outstanding_fen)}`,
                `Recovered: ${yuan(one.recovered_fen)}; written off: ${yuan(one.written_off_fen)}; ` +
                  `outstanding: ${yuan(one.outstanding_fen)}`,
              )}
            </p>
            <p class="soft small">
              {one.paid_on} · {one.reference}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Proposes to record a second transfer for a claim that was paid. */
export function Recording(props: { claim: WholeClaim; decide: Decide; done: () => void }) {
  const title = say("登记银行重复付款", "Record that the bank paid twice");
  const labels = {
    paid_on: say("第二次付款日期", "Day of the second transfer"),
    amount_fen: say("金额（元）", "Amount (yuan)"),
    reference: say("第二次付款的银行流水号", "Reference of the second transfer"),
    reason: say("理由", "Reason"),
  };
  const send = ({ yuan: sum = "", ...others }: Filled, key: string) =>
    props.decide(say("重复付款", "The double payment"), PROPOSED, async () => {
      const content = { ...others, amount_fen: fenOf(sum) };
      await post(`v1/claims/${props.claim.id}/double-payment`, content, key);
      props.done();
    });
  return (
    <details class="no-print">
      <summary>{title}</summary>
      <p class="soft">
        {say(
          "银行流水显示同一申领付了两次的，按流水登记；申领和明细不变，重复的款项由收款方退回。",
          "If the bank's statement shows a second transfer: the claim stays as it is, and the payee owes the money.",
        )}
      </p>
      <Form
        name={title}
        class="grid"
        labels={labels}
        button={say("提出，由另一人复核", "Propose it to a second person")}
        send={send}
      >
        <Field name="paid_on" label={labels.paid_on} type="date" required />
        <Field name="yuan" label={labels.amount_fen} type="number" min="0.01" step="0.01" required />
        <Field
          name="reference"
          label={labels.reference}
          hint={say("字母、数字和 . _ / -", "Letters, digits and . _ / -")}
          pattern="[A-Za-z0-9._\/\-]+"
          maxLength={64}
          required
        />
        <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
      </Form>
    </details>
  );
}
