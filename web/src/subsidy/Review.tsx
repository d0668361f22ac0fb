// What waits for a reviewer: claims by age with what stands against them; the clean ones pass together, exceptions are
// held out; objections with their answers.

import { useState } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { type Decide, Decided, type Told, useDecisions } from "../shared/Decisions";
import { whole, yuan } from "../shared/figures";
import { Field, type Filled, Form } from "../shared/forms";
import { Opener, OpeningRow, useOpening } from "../shared/Opening";
import { placeName, usePlaces } from "../shared/places";
import type { SignedIn } from "../shared/session";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { Ways } from "../shared/Work";
import { type Name, named, say, useLanguage } from "../shared/words";
import { Appeals, AppealsOfClaim } from "./Appeals";
import { Checks, ClaimPage } from "./ClaimPage";
import { Claims } from "./Claims";
import { type Claim, STATES } from "./claims";
import { Delegations } from "./Delegations";
import { MoneyBack, Recall } from "./MoneyBack";
import { Objections } from "./Objections";

interface Tile {
  code: string;
  title_zh: string;
  title_en: string;
  lines: number[];
}

interface Waiting extends Claim {
  since: string | null;
  working_days: number | null;
  escalated: boolean;
  clean: boolean;
  tiles: Tile[];
  flags: { id: string; cure_zh: string; cure_en: string }[];
}

interface Passed {
  claim_id: string;
  status: string | null;
  held_out: boolean;
  code: string | null;
  title_zh: string | null;
  title_en: string | null;
}

const LINES_SHOWN = 12;
const HELD_OUT: Name = ["需要逐项核对，未一并通过。", "It needs a closer look, and was held out."];

export function Reviewer({ me }: { me: SignedIn }) {
  useLanguage();
  const address = useAddress();
  const view = address.get("view") ?? "work";
  const claim = address.get("claim");
  return (
    <>
      <Ways
        name={say("审核", "Review")}
        parameter="view"
        now={view}
        clear={["claim"]}
        ways={[
          ["work", say("待我审核", "Waits for me")],
          ["objections", say("异议", "Objections")],
          ["appeals", say("申诉", "Appeals")],
          ["delegations", say("请假代办", "Standing in")],
          ["claims", say("全部申领", "All claims")],
        ]}
      />
      <div class="stack">
        {claim && (
          <ClaimPage
            key={claim}
            id={claim}
            steps={(found, again) => <Recall claim={found} again={again} />}
            beside={(found, again) => (
              <>
                <AppealsOfClaim claim={found} isReading />
                <MoneyBack claim={found} me={me} again={again} />
              </>
            )}
          />
        )}
        {!claim && view === "work" && <Worklist />}
        {!claim && view === "objections" && <Objections />}
        {!claim && view === "appeals" && <Appeals me={me} />}
        {!claim && view === "delegations" && <Delegations person={me.person} />}
        {!claim && view === "claims" && (
          <Claims
            title={say("全部申领", "All claims")}
            empty={say("本地区还没有申领。", "There is no claim in the region.")}
            isNamed
          />
        )}
      </div>
    </>
  );
}

function Worklist() {
  const answer = useAnswer(() => all<Waiting>("v1/my-work"), []);
  const places = usePlaces();
  const opening = useOpening();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { told, setTold, decide } = useDecisions(answer.again);
  const title = say("待我审核的申领", "Claims that wait for me");
  const waiting = answer.found ?? [];
  const clean = waiting.filter((each) => each.clean);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const pass = async (_: Filled, key: string) => {
    const passed = await post<Passed[]>("v1/clean-claims", { claim_ids: [...chosen] }, key);
    setTold(summary(passed, waiting));
    setChosen(new Set());
    answer.again();
  };
  return (
    <section class="panel long" aria-labelledby="work-title">
      <div class="panel-head">
        <h2 id="work-title">
          {title}
          {say(`（${waiting.length}）`, ` (${waiting.length})`)}
        </h2>
        {waiting.length > 0 && (
          <span class="row no-print">
            <button
              type="button"
              class="quiet"
              onClick={() => setChosen(new Set(clean.map((each) => each.id)))}
              disabled={clean.length === 0}
            >
              {say(`选中无异常的 ${clean.length} 笔`, `Choose the ${clean.length} clean ones`)}
            </button>
            <Form
              name={say("一并通过", "Pass together")}
              button={say(`通过选中的 ${chosen.size} 笔`, `Pass the ${chosen.size}`)}
              isOff={chosen.size === 0}
              send={pass}
            >
              {null}
            </Form>
          </span>
        )}
      </div>
      <Decided told={told} />
      <Shown answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={found}
            empty={say("没有待审核的申领。", "No claim waits.")}
            caption={say(
              "等待最久的在前。有扣减、预警的申领不能一并通过，请逐笔核对。",
              "The longest waiting first. Claims with refused lines or flags are looked at one by one.",
            )}
            columns={[
              [say("选择", "Choose"), "text no-print"],
              [say("申领", "Claim"), "text"],
              [say("机构与班级", "Institution and class"), "text"],
              [say("环节", "Step"), "text"],
              [say("已等待", "Waits"), "text"],
              [say("金额", "Amount")],
              [say("核对情况", "What stands against it"), "text"],
            ]}
          >
            {(one) => (
              <OpeningRow
                key={one.id}
                opening={opening}
                id={one.id}
                columns={7}
                data={{ "data-waiting": one.local_id }}
                cells={
                  <>
                    <td class="text no-print">
                      <input
                        type="checkbox"
                        aria-label={say(`选择申领 ${one.local_id}`, `Choose claim ${one.local_id}`)}
                        disabled={!one.clean}
                        checked={chosen.has(one.id)}
                        onChange={() => toggle(one.id)}
                      />
                    </td>
                    <th class="text" scope="row">
                      <Opener opening={opening} id={one.id}>
                        {one.local_id}
                      </Opener>
                    </th>
                    <td class="wrap">
                      {one.institution_name ?? "—"}
                      <br />
                      <span class="soft small">
                        {say(`班级 ${one.class_local_id ?? "—"}`, `Class ${one.class_local_id ?? "—"}`)} ·{" "}
                        {placeName(places, one.region)}
                      </span>
                    </td>
                    <td class="text">
                      <span class="badge">{named(STATES, one.status)}</span>
                    </td>
                    <td class="text">
                      {one.working_days === null
                        ? "—"
                        : say(`${one.working_days} 个工作日`, `${one.working_days} working days`)}
                      <br />
                      <span class="soft small">{one.due_on && say(`${one.due_on} 前`, `by ${one.due_on}`)}</span>{" "}
                      {one.escalated && <span class="badge bad">{say("已逾期上报", "Late")}</span>}
                    </td>
                    <td>{yuan(one.amount_fen)}</td>
                    <td class="wrap">
                      <Against one={one} />
                    </td>
                  </>
                }
              >
                <Evidence one={one} decide={decide} />
              </OpeningRow>
            )}
          </Table>
        )}
      </Shown>
    </section>
  );
}

/** How many passed, and each that did not with its reason. */
function summary(passed: readonly Passed[], waiting: readonly Waiting[]): Told[] {
  const done = passed.filter((each) => !each.held_out && each.code === null);
  const others = passed.filter((each) => !done.includes(each));
  const named = (id: string) => waiting.find((each) => each.id === id)?.local_id ?? "";
  return [
    {
      about: say(`${done.length} 笔`, `${done.length} claims`),
      words: ["已通过本环节。", "have passed this step."],
    },
    ...others.map((each): Told => {
      const words: Name = each.title_zh ? [each.title_zh, each.title_en ?? each.title_zh] : HELD_OUT;
      return { about: say(`申领 ${named(each.claim_id)}`, `Claim ${named(each.claim_id)}`), words };
    }),
  ];
}

function Against(props: { one: Waiting }) {
  const { one } = props;
  if (one.clean) return <span class="good">{say("无异常", "Nothing")}</span>;
  return (
    <span class="row">
      {one.tiles.map((tile) => (
        <span key={tile.code} class="badge warn break">
          {say(tile.title_zh, tile.title_en)} {say(`${tile.lines.length} 行`, `${tile.lines.length} lines`)}
        </span>
      ))}
      {one.flags.length > 0 && (
        <span class="badge bad">{say(`${one.flags.length} 条预警`, `${one.flags.length} flags`)}</span>
      )}
    </span>
  );
}

interface Note {
  id: string;
  text: string;
  written_by: string;
}

/** What stands against a claim line by line, and the decisions about it. */
function Evidence(props: { one: Waiting; decide: Decide }) {
  const { one, decide } = props;
  const [line, setLine] = useState<number | null>(null);
  const notes = useAnswer(() => all<Note>(`v1/claims/${one.id}/notes`), [one.id]);
  const about = say(`申领 ${one.local_id}`, `Claim ${one.local_id}`);
  const doing = (noun: string, words: Name) => (filled: Filled, key: string) =>
    decide(about, words, () =>
      post(`v1/claims/${one.id}/${noun}`, noun === "approval" ? undefined : filled, `${key}-${noun}`),
    );
  const reason = <Field name="reason" label={say("理由", "Reason")} minLength={2} maxLength={500} required />;
  return (
    <div class="sides">
      <div>
        <p>
          <Way to={{ claim: one.id }}>{say("查看每一行和经过", "Each line, and the history")}</Way>
        </p>
        {one.handled_by && <p class="soft">{say(`经办：${one.handled_by}`, `In hand: ${one.handled_by}`)}</p>}
        {one.flags.map((flag) => (
          <p key={flag.id} class="message bad">
            {say(flag.cure_zh, flag.cure_en)}
          </p>
        ))}
        {one.tiles.map((tile) => (
          <div key={tile.code} class="reason mild" data-tile={tile.code}>
            <p>
              <b>{say(tile.title_zh, tile.title_en)}</b>{" "}
              {say(`${whole(tile.lines.length)} 行，不予补贴`, `${whole(tile.lines.length)} lines without a subsidy`)}
            </p>
            <p class="row">
              {tile.lines.slice(0, LINES_SHOWN).map((each) => (
                <button
                  key={each}
                  type="button"
                  class="quiet"
                  aria-expanded={line === each}
                  onClick={() => setLine(line === each ? null : each)}
                >
                  {say(`第 ${each} 行`, `Line ${each}`)}
                </button>
              ))}
              {tile.lines.length > LINES_SHOWN && <span class="soft">…</span>}
            </p>
            {line !== null && tile.lines.includes(line) && <Checks claim={one.id} line={line} />}
          </div>
        ))}
        {one.clean && <p class="good">{say("各行均符合条件，没有预警。", "All lines fit the rules; no flag.")}</p>}
        {notes.found && notes.found.length > 0 && (
          <ul>
            {notes.found.map((note) => (
              <li key={note.id}>
                {note.text} <span class="soft">{note.written_by}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div class="stack no-print">
        <Form
          name={say("通过", "Pass")}
          button={say(`通过申领 ${one.local_id}`, `Pass claim ${one.local_id}`)}
          send={doing("approval", ["已通过本环节。", "has passed this step."])}
        >
          {null}
        </Form>
        <details>
          <summary>{say("退回更正", "Return it")}</summary>
          <Form
            name={say("退回申领", "Return the claim")}
            button={say(`退回申领 ${one.local_id}`, `Return claim ${one.local_id}`)}
            send={doing("return", ["已退回机构更正。", "was returned to its institution."])}
          >
            {reason}
          </Form>
        </details>
        <details>
          <summary>{say("不予通过", "Reject it")}</summary>
          <Form
            name={say("不予通过", "Reject the claim")}
            button={say(`不予通过申领 ${one.local_id}`, `Reject claim ${one.local_id}`)}
            send={doing("rejection", ["不予通过，已告知机构。", "was rejected."])}
          >
            {reason}
          </Form>
        </details>
        <details>
          <summary>{say("写备注（机构看不到）", "Note (the institution does not see it)")}</summary>
          <Form
            name={say("备注", "Note")}
            button={say("保存备注", "Save the note")}
            send={async (filled, key) => {
              await post(`v1/claims/${one.id}/notes`, filled, key);
              notes.again();
            }}
          >
            <Field name="text" label={say("备注", "Note")} minLength={2} maxLength={500} required />
          </Form>
        </details>
      </div>
    </div>
  );
}
