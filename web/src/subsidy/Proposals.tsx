// What one person proposed and another one confirms or rejects: batches, accounts, recoveries, budgets.

import { Shown, useAnswer } from "../shared/answer";
import { all } from "../shared/api";
import { type Decide, Decided, useDecisions } from "../shared/Decisions";
import { moment, whole, yuan } from "../shared/figures";
import { placeName, usePlaces } from "../shared/places";
import { SecondPerson } from "../shared/SecondPerson";
import type { SignedIn } from "../shared/session";
import { Way } from "../shared/Way";
import { type Name, named, say } from "../shared/words";
import { FUNDS } from "./claims";

interface Proposal {
  id: string;
  kind: string;
  subject: string;
  region: string;
  content: Readonly<Record<string, unknown>>;
  reason: string;
  proposed_by: string;
  proposed_at: string;
}

const KINDS: Readonly<Record<string, Name>> = {
  budget: ["预算总额", "Total of a budget"],
  "budget-move": ["调剂预算", "Move between budgets"],
  "fund-shares": ["资金分担比例", "Shares of funds"],
  payee_account: ["收款账户", "Account of a payee"],
  payment_batch: ["放行拨付批次", "Release of a payment batch"],
  payment_batch_recall: ["撤回拨付批次", "Recall of a payment batch"],
  recovery: ["追回", "Recovery"],
  "recovery-reversal": ["撤销追回", "Reversal of a recovery"],
  "write-off": ["核销", "Write-off"],
  "write-off-reversal": ["撤销核销", "Reversal of a write-off"],
  "owed-dismissal": ["不再追回", "Not owed after all"],
  "double-payment": ["登记重复付款", "Record of a double payment"],
  "double-payment-recovery": ["追回重复付款", "Recovery of a double payment"],
  "double-payment-write-off": ["核销重复付款", "Write-off of a double payment"],
  "double-payment-recovery-reversal": ["撤销追回重复付款", "Recovery of a double payment that was none"],
  "double-payment-write-off-reversal": ["撤销核销重复付款", "Write-off of a double payment, taken back"],
  "double-payment-cancellation": ["撤销重复付款登记", "Double payment that was none"],
};
/** What the province confirms, and finance does not. */
const OF_PROVINCE = new Set(["budget", "budget-move", "fund-shares"]);

export function Proposals(props: { me: SignedIn }) {
  const answer = useAnswer(() => all<Proposal>("v1/proposals", { status: "proposed" }), []);
  const { told, decide } = useDecisions(answer.again);
  return (
    <section class="panel long" aria-labelledby="proposals-title">
      <h2 id="proposals-title">
        {say(`等待第二人复核（${answer.found?.length ?? 0}）`, `For a second person (${answer.found?.length ?? 0})`)}
      </h2>
      <Decided told={told} />
      <Shown answer={answer}>
        {(found) =>
          found.length === 0 ? (
            <p>{say("没有等待复核的事项。", "Nothing waits.")}</p>
          ) : (
            <Listed found={found} me={props.me} decide={decide} />
          )
        }
      </Shown>
    </section>
  );
}

/** What was proposed about one record, where something was. */
export function ProposalsAbout(props: { me: SignedIn; subject: string; done: () => void }) {
  const { subject } = props;
  const answer = useAnswer(() => all<Proposal>("v1/proposals", { status: "proposed", subject }), [subject]);
  const { told, decide } = useDecisions(() => {
    answer.again();
    props.done();
  });
  return (
    <>
      <Decided told={told} />
      <Shown answer={answer}>
        {(found) => found.length > 0 && <Listed found={found} me={props.me} decide={decide} isHere />}
      </Shown>
    </>
  );
}

/** `isHere`: on the page of the record that they are about. */
function Listed(props: { found: readonly Proposal[]; me: SignedIn; decide: Decide; isHere?: boolean }) {
  const places = usePlaces();
  return (
    <ul class="plain">
      {props.found.map((one) => (
        <li key={one.id} class="reason mild" data-proposal={one.kind}>
          <p>
            <b>{named(KINDS, one.kind)}</b> {contentOf(one)}
          </p>
          <p class="soft small">
            {placeName(places, one.region)} · {one.proposed_by} · {moment(new Date(one.proposed_at))} · {one.reason}
          </p>
          {!props.isHere && (
            <p>
              <Subject one={one} />
            </p>
          )}
          {isDecidedBy(one, props.me) ? (
            <SecondPerson
              path={`v1/proposals/${one.id}`}
              proposedBy={one.proposed_by}
              person={props.me.person}
              about={named(KINDS, one.kind)}
              kind={named(KINDS, one.kind)}
              confirmed={["已确认并生效。", "is confirmed and in effect."]}
              rejected={["未予同意，没有变动。", "is rejected; nothing has changed."]}
              decide={props.decide}
            />
          ) : (
            <p class="soft">{whoDecides(one)}</p>
          )}
        </li>
      ))}
    </ul>
  );
}

function isDecidedBy(one: Proposal, me: SignedIn): boolean {
  return me.role === "province" || (me.role === "finance" && !OF_PROVINCE.has(one.kind));
}

function whoDecides(one: Proposal): string {
  return OF_PROVINCE.has(one.kind)
    ? say("由省级复核。", "The province decides.")
    : say("由财务人员复核。", "A person of finance decides.");
}

function contentOf(one: Proposal): string {
  const { content } = one;
  const parts: string[] = [];
  if (typeof content.rows === "number") parts.push(say(`${whole(content.rows)} 笔`, `${whole(content.rows)} claims`));
  if (typeof content.amount_fen === "number") parts.push(yuan(content.amount_fen));
  if (typeof content.fund_source === "string") parts.push(named(FUNDS, content.fund_source));
  if (typeof content.paid_on === "string") parts.push(say(`${content.paid_on} 付款`, `paid on ${content.paid_on}`));
  if (typeof content.reference === "string")
    parts.push(say(`流水号 ${content.reference}`, `reference ${content.reference}`));
  if (typeof content.against === "string")
    parts.push(say("从另一申领的付款中抵扣", "kept from the payment of another claim"));
  if (typeof content.year === "number") parts.push(String(content.year));
  if (Array.isArray(content.lines)) parts.push(say(`${content.lines.length} 行`, `${content.lines.length} lines`));
  if (content.amounts && typeof content.amounts === "object")
    for (const [line, fen] of Object.entries(content.amounts))
      parts.push(say(`第 ${line} 行 ${yuan(Number(fen))}`, `line ${line}: ${yuan(Number(fen))}`));
  return parts.join(" · ");
}

/** The record that it is about, where it has a page. */
function Subject(props: { one: Proposal }) {
  const [kind, id] = props.one.subject.split("/");
  if (kind === "claims" && id) return <Way to={{ claim: id }}>{say("查看申领", "Show the claim")}</Way>;
  if (kind === "payment-batches" && id)
    return <Way to={{ view: "batches", batch: id }}>{say("查看批次", "Show the batch")}</Way>;
  if (kind === "double-payments")
    return <Way to={{ view: "double-payments" }}>{say("查看重复付款", "Show the double payments")}</Way>;
  return null;
}
