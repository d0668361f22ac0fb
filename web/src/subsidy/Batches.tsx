// Payment batches: what can be paid now and why the rest cannot, a new batch, its bank file, and the bank's return.

import { useEffect } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, ask, path, post, save } from "../shared/api";
import { Files, type Kind, type PostedFile } from "../shared/Files";
import { moment, whole, yuan } from "../shared/figures";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { placeName, usePlaces } from "../shared/places";
import type { SignedIn } from "../shared/session";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import { type Claim, FUNDS } from "./claims";

interface Payable {
  claim_id: string;
  institution_id: string;
  region: string;
  fund_source: string;
  amount_fen: number;
  barrier: string | null;
}

interface PayablePage {
  rows: Payable[];
  next: string | null;
  payable_rows: number;
  payable_fen: number;
}

interface Batch {
  id: string;
  region: string;
  rows: number;
  amount_fen: number;
  layout_name: string;
  reason: string;
  status: string;
  drafted_by: string;
  drafted_at: string;
  released_by: string | null;
  paid_rows: number;
  paid_fen: number;
  failed_rows: number;
  failed_fen: number;
}

interface WholeBatch extends Batch {
  exports: { exported_by: string; exported_at: string }[];
}

interface Row {
  row: number;
  claim_id: string;
  amount_fen: number;
  status: string;
  result_on: string | null;
  result_reason: string | null;
}

interface ReturnFile extends PostedFile {
  batch_id: string | null;
}

const BARRIERS: Readonly<Record<string, Name>> = {
  in_batch: ["已在另一批次中", "In another batch"],
  same_person: ["由您编制、提交或批准，须他人拨付", "You prepared, submitted or approved it"],
  flagged: ["有未处理的预警", "A flag waits"],
  rekeyed: ["有学员身份更正，须先核对", "A trainee turned out to be somebody else"],
  nothing_to_transfer: ["已全部抵扣，无需转账", "All of it is kept for a recovery"],
  no_account: ["没有已确认的收款账户", "No confirmed account"],
  account_failed: ["上次付款失败，账户未更正", "The last payment failed, and the account is the same"],
  not_due: ["不在拨付范围内", "It does not wait for its payment"],
};
const STATES: Readonly<Record<string, Name>> = {
  drafted: ["待复核", "For a second person"],
  rejected: ["未通过复核", "Rejected"],
  released: ["已放行，等待回盘", "Released; the bank answers"],
  recalled: ["已撤回", "Recalled"],
  returned: ["回盘处理中", "Return is being booked"],
  settled: ["已结清", "Settled"],
};
const ROWS: Readonly<Record<string, Name>> = {
  open: ["在途", "On its way"],
  paid: ["已付", "Paid"],
  failed: ["失败", "Failed"],
  given_up: ["未付", "Not paid"],
};
const RETURNS: Kind = {
  base: "v1/payment-return-files",
  title: ["上传银行回盘", "Upload the bank's return"],
  lead: [
    "先“试算”核对，再“入账”。整份文件一起生效；与送盘不符的文件会被退回，不入账。放行批次的人不能上传回盘。",
    "Try it first. It counts as a whole or not at all. Whoever released the batch does not upload its return.",
  ],
  choose: ["选择回盘文件，或拖到这里", "Choose the return, or drop it here"],
  send: ["入账", "Book it"],
  file: ["回盘文件", "Return"],
  template: ["回盘模板", "return-template"],
  unit: ["笔", "payments"],
};
const POLL_MS = 1_500;
const RETURNING = new Set(["released", "returned", "settled"]);

export function Batches(props: { me: SignedIn }) {
  const batch = useAddress().get("batch");
  return batch ? <OneBatch key={batch} id={batch} /> : <All me={props.me} />;
}

interface Work {
  payable: PayablePage;
  claims: ReadonlyMap<string, Claim>;
  layouts: string[];
}

async function read(fund: string | undefined): Promise<Work> {
  const [first, approved, layouts] = await Promise.all([
    ask<PayablePage>(path("v1/payable-claims", { size: "500", fund_source: fund })),
    all<Claim>("v1/claims", { status: "approved" }),
    ask<{ name: string }[]>("v1/bank-layouts"),
  ]);
  return {
    payable: first,
    claims: new Map(approved.map((each) => [each.id, each])),
    layouts: layouts.map((each) => each.name),
  };
}

function All(props: { me: SignedIn }) {
  const fund = useAddress().get("fund") ?? undefined;
  const work = useAnswer(() => read(fund), [fund]);
  const batches = useAnswer(() => all<Batch>("v1/payment-batches"), []);
  const places = usePlaces();
  const title = say("拨付批次", "Payment batches");
  return (
    <>
      <Shown answer={work}>
        {(found) => (
          <Draft
            me={props.me}
            work={found}
            fund={fund}
            done={() => {
              work.again();
              batches.again();
            }}
          />
        )}
      </Shown>
      <Listing id="batches" title={title} answer={batches}>
        {(found) => (
          <Table
            name={title}
            rows={[...found].reverse()}
            empty={say("还没有批次。", "There is no batch yet.")}
            columns={[
              [say("批次", "Batch"), "text"],
              [say("地区", "Region"), "text"],
              [say("状态", "State"), "text"],
              [say("笔数", "Claims")],
              [say("金额", "Amount")],
              [say("已付", "Paid")],
              [say("失败", "Failed")],
              [say("制单", "Drafted by"), "text"],
            ]}
          >
            {(one) => (
              <tr key={one.id} data-batch={one.id}>
                <th class="text wrap" scope="row">
                  <Way to={{ batch: one.id }}>{one.reason}</Way>
                  <br />
                  <span class="soft small">{moment(new Date(one.drafted_at))}</span>
                </th>
                <td class="text">{placeName(places, one.region)}</td>
                <td class="text">
                  <span class="badge">{named(STATES, one.status)}</span>
                </td>
                <td>{whole(one.rows)}</td>
                <td>{yuan(one.amount_fen)}</td>
                <td>{one.paid_rows ? yuan(one.paid_fen) : "—"}</td>
                <td>{one.failed_rows ? <span class="bad">{yuan(one.failed_fen)}</span> : "—"}</td>
                <td class="text">{one.drafted_by}</td>
              </tr>
            )}
          </Table>
        )}
      </Listing>
    </>
  );
}

/** What can be paid, and a batch of all of it; the sums that were seen are sent along and compared. */
function Draft(props: { me: SignedIn; work: Work; fund: string | undefined; done: () => void }) {
  const { payable, claims, layouts } = props.work;
  const title = say("待拨付的申领", "Claims that wait for their payment");
  const draft = async (filled: Filled, key: string) => {
    const content = {
      region: props.me.region,
      fund_source: props.fund,
      rows: payable.payable_rows,
      amount_fen: payable.payable_fen,
      layout: filled.layout,
      reason: filled.reason,
    };
    await post<Batch>("v1/payment-batches", content, key);
    props.done();
  };
  return (
    <section class="panel long" aria-labelledby="payable-title">
      <div class="panel-head">
        <h2 id="payable-title">{title}</h2>
        <p data-figure="payable">
          {say("可拨付 ", "Can be paid: ")}
          <b>{say(`${whole(payable.payable_rows)} 笔`, `${whole(payable.payable_rows)} claims`)}</b>，
          <b>{yuan(payable.payable_fen)}</b>
        </p>
      </div>
      <Ways fund={props.fund} />
      <Table
        name={title}
        rows={payable.rows}
        empty={say("没有待拨付的申领。", "No claim waits for its payment.")}
        columns={[
          [say("申领", "Claim"), "text"],
          [say("机构", "Institution"), "text"],
          [say("资金来源", "Fund"), "text"],
          [say("转账金额", "To be transferred")],
          [say("能否拨付", "Can it be paid"), "text"],
        ]}
      >
        {(one) => (
          <tr key={one.claim_id}>
            <th class="text" scope="row">
              <Way to={{ claim: one.claim_id }}>{claims.get(one.claim_id)?.local_id ?? say("查看", "Show")}</Way>
            </th>
            <td class="wrap">{claims.get(one.claim_id)?.institution_name ?? "—"}</td>
            <td class="text">{named(FUNDS, one.fund_source)}</td>
            <td>{yuan(one.amount_fen)}</td>
            <td class="wrap">
              {one.barrier ? (
                <span class="warn">{named(BARRIERS, one.barrier)}</span>
              ) : (
                <span class="good">{say("可以", "Yes")}</span>
              )}
            </td>
          </tr>
        )}
      </Table>
      {payable.payable_rows > 0 && (
        <Form
          name={say("编制批次", "Draw up a batch")}
          class="no-print"
          button={say(
            `把 ${whole(payable.payable_rows)} 笔编成一个批次`,
            `Put the ${whole(payable.payable_rows)} into a batch`,
          )}
          labels={{ layout: say("银行文件格式", "Layout of the bank file"), reason: say("批次说明", "What it is for") }}
          send={draft}
        >
          <Choice
            name="layout"
            label={say("银行文件格式", "Layout of the bank file")}
            value={layouts[0] ?? ""}
            options={layouts.map((each) => [each, each === "sandbox" ? say("样例格式", "Sample") : each])}
          />
          <Field name="reason" label={say("批次说明", "What it is for")} minLength={2} maxLength={500} required />
          <p class="soft">{say("由另一名财务人员复核后放行。", "Another person of finance releases it.")}</p>
        </Form>
      )}
    </section>
  );
}

function Ways(props: { fund: string | undefined }) {
  const funds: readonly (readonly [string | null, string])[] = [
    [null, say("全部资金", "All funds")],
    ...Object.entries(FUNDS).map(([code, name]): [string, string] => [code, say(...name)]),
  ];
  return (
    <p class="row no-print">
      {funds.map(([code, words]) => (
        <Way key={words} to={{ fund: code }} isNow={(code ?? undefined) === props.fund}>
          {words}
        </Way>
      ))}
    </p>
  );
}

async function readBatch(id: string) {
  const [batch, rows] = await Promise.all([
    ask<WholeBatch>(`v1/payment-batches/${id}`),
    ask<{ rows: Row[] }>(`v1/payment-batches/${id}/rows?size=500`),
  ]);
  return { batch, rows: rows.rows };
}

function OneBatch(props: { id: string }) {
  const answer = useAnswer(() => readBatch(props.id), [props.id]);
  // Rows are booked one after the other once a return was taken.
  useEffect(() => {
    if (answer.found?.batch.status !== "returned") return undefined;
    const timer = setTimeout(answer.again, POLL_MS);
    return () => clearTimeout(timer);
  }, [answer.found]);
  const places = usePlaces();
  const title = say("批次明细", "Rows of the batch");
  return (
    <>
      <p class="no-print">
        <Way to={{ batch: null, file: null }}>{say("← 全部批次", "← All batches")}</Way>
      </p>
      <Shown answer={answer}>
        {({ batch, rows }) => (
          <>
            <section class="panel" aria-labelledby="batch-title">
              <div class="panel-head">
                <h2 id="batch-title">
                  {batch.reason} <span class="badge">{named(STATES, batch.status)}</span>
                </h2>
                <p>
                  {say(`${whole(batch.rows)} 笔，`, `${whole(batch.rows)} claims, `)}
                  <b>{yuan(batch.amount_fen)}</b>
                </p>
              </div>
              <p class="soft">
                {placeName(places, batch.region)} · {say(`制单 ${batch.drafted_by}`, `drafted by ${batch.drafted_by}`)}
                {batch.released_by && say(` · 放行 ${batch.released_by}`, ` · released by ${batch.released_by}`)}
              </p>
              {batch.status === "drafted" && (
                <p class="message">
                  {say("等待另一名财务人员复核放行：", "Another person of finance releases it: ")}
                  <Way to={{ view: "proposals", batch: null }}>{say("待复核", "For a second person")}</Way>
                </p>
              )}
              {RETURNING.has(batch.status) && (
                <p class="row no-print">
                  <button
                    type="button"
                    onClick={async () => {
                      await save(
                        `v1/payment-batches/${batch.id}/bank-file`,
                        say(`${batch.reason}-银行文件.csv`, `${batch.reason}-bank-file.csv`),
                      );
                      answer.again();
                    }}
                  >
                    {say("下载银行文件", "Bank file")}
                  </button>
                  <span class="soft small">
                    {say(
                      "含完整账号，仅供送银行；谁下载过会被记录。",
                      "It holds whole account numbers, for the bank only; who takes it is recorded.",
                    )}
                  </span>
                </p>
              )}
              {batch.exports.map((each) => (
                <p key={each.exported_at} class="soft small">
                  {say("已下载：", "Taken by: ")}
                  {each.exported_by} · {moment(new Date(each.exported_at))}
                </p>
              ))}
            </section>
            {RETURNING.has(batch.status) && (
              <Files<ReturnFile>
                kind={RETURNS}
                given={{ batch_id: batch.id }}
                isShown={(file) => file.batch_id === batch.id}
                ended={answer.again}
              />
            )}
            <section class="panel long" aria-labelledby="rows-title">
              <h2 id="rows-title">{title}</h2>
              <Table
                name={title}
                rows={rows}
                empty={say("没有明细。", "No rows.")}
                columns={[
                  [say("序号", "Row"), "text"],
                  [say("申领", "Claim"), "text"],
                  [say("金额", "Amount")],
                  [say("状态", "State"), "text"],
                  [say("入账日期", "Paid on"), "text"],
                  [say("失败原因", "Why it failed"), "text"],
                ]}
              >
                {(row) => (
                  <tr key={row.row} data-row={row.row}>
                    <th class="text" scope="row">
                      {row.row}
                    </th>
                    <td class="text">
                      <Way to={{ claim: row.claim_id }}>{say(`第 ${row.row} 笔申领`, `Claim of row ${row.row}`)}</Way>
                    </td>
                    <td>{yuan(row.amount_fen)}</td>
                    <td class="text">{named(ROWS, row.status)}</td>
                    <td class="text">{row.result_on ?? "—"}</td>
                    <td class="wrap">{row.result_reason ?? "—"}</td>
                  </tr>
                )}
              </Table>
            </section>
          </>
        )}
      </Shown>
    </>
  );
}
