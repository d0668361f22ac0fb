// Money of a paid claim that comes back, is given up, was taken back by mistake, or left twice: one person proposes it
// here, and another one of finance confirms it.

import { useState } from "preact/hooks";
import { post } from "../shared/api";
import { Decided, useDecisions } from "../shared/Decisions";
import { fenOf, yuan } from "../shared/figures";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import type { SignedIn } from "../shared/session";
import { type Name, named, say } from "../shared/words";
import type { Line, WholeClaim } from "./claims";
import { Recording } from "./DoublePayments";
import { ProposalsAbout } from "./Proposals";

interface Step {
  name: Name;
  /** What of a line it can be done to, in fen; none if not. */
  of: (line: Line) => number;
  /** Whether a part of a line is possible. */
  isByAmount?: boolean;
}

function outstanding(line: Line): number {
  return line.amount_fen - line.recovered_fen - line.written_off_fen;
}

const STEPS: Readonly<Record<string, Step>> = {
  recovery: { name: ["追回", "Recover"], of: outstanding, isByAmount: true },
  "write-off": { name: ["核销（不再追回）", "Write off"], of: outstanding, isByAmount: true },
  "recovery-reversal": { name: ["撤销追回", "Take a recovery back"], of: (line) => line.recovered_fen },
  "write-off-reversal": { name: ["撤销核销", "Take a write-off back"], of: (line) => line.written_off_fen },
  "owed-dismissal": {
    name: ["认定不应追回", "Find that it is not owed"],
    of: (line) => (line.owed ? outstanding(line) : 0),
  },
};
const CAUSES: Readonly<Record<string, Name>> = {
  ground_lost: ["补贴依据不再成立", "What it rests on fell away"],
  audit: ["审计", "Audit"],
  spot_check: ["抽查", "Spot check"],
  fraud: ["弄虚作假", "Fraud"],
  overpaid: ["多付", "Overpaid"],
  voluntary: ["主动退回", "It came back by itself"],
  other: ["其他", "Other"],
};
const PAID = new Set(["paid", "recovered", "written_off"]);

export function MoneyBack(props: { claim: WholeClaim; me: SignedIn; again: () => void }) {
  const { claim } = props;
  const [turn, setTurn] = useState(0);
  const { told, decide } = useDecisions(props.again);
  const possible = Object.keys(STEPS).filter((code) => claim.lines.some((line) => (STEPS[code]?.of(line) ?? 0) > 0));
  if (!PAID.has(claim.status)) return null;
  return (
    <section class="panel" aria-labelledby="money-back-title">
      <h2 id="money-back-title">{say("追回与核销", "What comes back and what is given up")}</h2>
      <Decided told={told} />
      <ProposalsAbout key={turn} me={props.me} subject={`claims/${claim.id}`} done={props.again} />
      {possible.length > 0 && (
        <Proposing
          key={`form-${turn}`}
          claim={claim}
          possible={possible}
          send={(step, content, key) =>
            decide(
              say(...step.name),
              ["已提出，等待另一名财务人员复核。", "is proposed; another person of finance confirms it."],
              async () => {
                await post(`v1/claims/${claim.id}/${content.step}`, content.body, key);
                setTurn((before) => before + 1);
              },
            )
          }
        />
      )}
      <Recording key={`recording-${turn}`} claim={claim} decide={decide} done={() => setTurn((before) => before + 1)} />
    </section>
  );
}

interface Content {
  step: string;
  body: unknown;
}

function Proposing(props: {
  claim: WholeClaim;
  possible: readonly string[];
  send: (step: Step, content: Content, key: string) => Promise<void>;
}) {
  const [code, setCode] = useState("");
  const [line, setLine] = useState("");
  const step = STEPS[code];
  const lines = step ? props.claim.lines.filter((each) => step.of(each) > 0) : [];
  const labels = {
    step: say("办理事项", "What to propose"),
    which: say("明细", "Lines"),
    cause: say("追回原因", "Cause"),
    amount_fen: say("金额", "Amount"),
    amounts: say("金额", "Amount"),
    reason: say("理由", "Reason"),
  };
  const bodyOf = ({ which, yuan: part, cause, reason }: Filled) => ({
    ...(code === "recovery" ? { cause } : {}),
    ...(which === "all"
      ? { all_lines: true }
      : part
        ? { amounts: [{ line: Number(which), amount_fen: fenOf(part) }] }
        : { lines: [Number(which)] }),
    reason,
  });
  return (
    <Form
      name={say("提出追回或核销", "Propose it")}
      class="grid no-print"
      labels={labels}
      button={say("提出，由另一人复核", "Propose it to a second person")}
      send={(filled, key) => (step ? props.send(step, { step: code, body: bodyOf(filled) }, key) : Promise.resolve())}
    >
      <Choice
        name="step"
        label={labels.step}
        options={props.possible.map((each) => [each, say(...(STEPS[each]?.name ?? ["", ""]))])}
        onChange={(next) => {
          setCode(next);
          setLine("");
        }}
      />
      {step && (
        <Choice
          key={code}
          name="which"
          label={labels.which}
          options={[
            ["all", say(`全部 ${lines.length} 行`, `All ${lines.length} lines`)],
            ...lines.map(
              (each) =>
                [
                  String(each.line),
                  say(`第 ${each.line} 行（${yuan(step.of(each))}）`, `Line ${each.line} (${yuan(step.of(each))})`),
                ] as const,
            ),
          ]}
          onChange={setLine}
        />
      )}
      {step?.isByAmount && line !== "" && line !== "all" && (
        <Field
          name="yuan"
          label={say("只办理部分金额（元）", "Only a part of it (yuan)")}
          type="number"
          min="0.01"
          step="0.01"
        />
      )}
      {code === "recovery" && (
        <Choice
          name="cause"
          label={labels.cause}
          options={Object.keys(CAUSES).map((each) => [each, named(CAUSES, each)])}
        />
      )}
      <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
    </Form>
  );
}

/** An approval is taken back until the money has left: the claim goes back to its institution. */
export function Recall(props: { claim: WholeClaim; again: () => void }) {
  const { claim } = props;
  if (claim.status !== "approved" && claim.status !== "payment_failed") return null;
  return (
    <details class="no-print">
      <summary>{say("撤回批准", "Take the approval back")}</summary>
      <Form
        name={say("撤回批准", "Take the approval back")}
        button={say("撤回批准并退回", "Take it back and return the claim")}
        draft={`recall-${claim.id}`}
        send={async (filled, key) => {
          await post(`v1/claims/${claim.id}/return`, filled, key);
          props.again();
        }}
      >
        <p class="soft">
          {say(
            "款项尚未拨付时，可以撤回：申领退回机构更正，占用的预算释放，重新审核。",
            "As long as the money has not left: the claim goes back to be corrected, its budget is free again, and all " +
              "reviews begin again.",
          )}
        </p>
        <Field name="reason" label={say("理由", "Reason")} minLength={2} maxLength={500} required />
      </Form>
    </details>
  );
}
