// Subsidies that are public: who is paid what for which class, an objection to a line, and how an objection stands.

import { useEffect, useState } from "preact/hooks";
import { change, useAddress } from "../shared/address";
import { ask, path, post, type Refused } from "../shared/api";
import { Frame } from "../shared/Frame";
import { whole, yuan } from "../shared/figures";
import { Field, type Filled, Form, Receipt } from "../shared/forms";
import { placeName, usePlaces } from "../shared/places";
import { type Received, Standing } from "../shared/Standing";
import { useSession } from "../shared/session";
import { Head, Wide } from "../shared/Wide";
import { type Name, say, useLanguage } from "../shared/words";

interface Claim {
  claim_id: string;
  kind: string;
  institution_name: string | null;
  class_local_id: string | null;
  region: string;
  occupation: string;
  award: string;
  persons: number;
  amount_fen: number;
  published_on: string;
  public_until: string;
}

interface ClaimWithLines extends Claim {
  lines: { line: number; trained_on: string; amount_fen: number }[];
}

interface Page {
  rows: Claim[];
  next: string | null;
}

interface Filed {
  receipt: string;
  late: boolean;
  due_on: string | null;
  effect_zh: string;
  effect_en: string;
}

interface Objection extends Received {
  status: "open" | "upheld" | "dismissed" | "overturned";
}

const STATES: Readonly<Record<Objection["status"], Name>> = {
  open: ["正在核查", "Being looked into"],
  upheld: ["经核查属实", "Upheld"],
  dismissed: ["经核查不属实", "Dismissed"],
  overturned: ["经复核改变", "Changed on appeal"],
};
const LIST_SIZE = "200";
/** Kinds for certificates: assessment knows their holders, the registry everybody who was trained. */
const OF_CERTIFICATES = ["assessment", "skill_upgrade"];
/** Kinds that are for no person. */
const OF_NOBODY = ["project_grant"];

export function Publicity() {
  useLanguage();
  const address = useAddress();
  const claim = address.get("claim");
  return (
    <Frame
      title={say("补贴公示", "Publicity of subsidies")}
      lead={say(
        "对公示内容有异议的，可在公示期内提出，无需登录，也不必留下姓名。",
        "Whoever finds something wrong may object until the last day of each row, without signing in or giving a name.",
      )}
    >
      <div class="narrow wide-lists">
        {claim ? <Lines key={claim} claim={claim} /> : <List />}
        <Standing<Objection>
          class="panel no-print"
          title={say("查询异议进展", "How an objection stands")}
          path="v1/objections/state"
          state={(objection) => STATES[objection.status]}
        />
      </div>
    </Frame>
  );
}

/** What a question was answered, or refused with. */
function useAnswer<T>(question: string): { answer: T | null; refused: Refused | null } {
  const [answer, setAnswer] = useState<T | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  useEffect(() => {
    let isOver = false;
    setRefused(null);
    ask<T>(question).then(
      (found) => !isOver && setAnswer(() => found),
      (error: Refused) => !isOver && setRefused(error),
    );
    return () => {
      isOver = true;
    };
  }, [question]);
  return { answer, refused };
}

function Waiting({ refused }: { refused: Refused | null }) {
  return refused ? (
    <p class="message bad" role="alert">
      {say(...refused.words)}
    </p>
  ) : (
    <p role="status">{say("正在读取……", "Loading …")}</p>
  );
}

function List() {
  const address = useAddress();
  const places = usePlaces();
  const days = { first_on: address.get("first") ?? undefined, last_on: address.get("last") ?? undefined };
  const { answer, refused } = useAnswer<Page>(path("v1/publicity", { size: LIST_SIZE, ...days }));
  const [sought, setSought] = useState("");
  if (!answer) return <Waiting refused={refused} />;
  const rows = answer.rows.filter((row) => `${row.institution_name} ${row.class_local_id}`.includes(sought.trim()));
  const title = days.first_on || days.last_on ? say("公示事项", "Public") : say("今日公示", "Public today");
  return (
    <section class="panel long" aria-labelledby="list-title">
      <div class="panel-head">
        <h2 id="list-title">{title}</h2>
        <span class="row no-print">
          <a href={path("v1/publicity-file", { format: "xlsx", ...days })}>{say("下载 Excel", "Excel file")}</a>
          <a href={path("v1/publicity-file", { format: "csv", ...days })}>{say("下载 CSV", "CSV file")}</a>
        </span>
      </div>
      <p class="row no-print">
        <label>
          {say("公示日期 自 ", "Public from ")}
          <input type="date" value={days.first_on} onChange={(event) => change({ first: event.currentTarget.value })} />
        </label>
        <label>
          {say("至 ", "to ")}
          <input type="date" value={days.last_on} onChange={(event) => change({ last: event.currentTarget.value })} />
        </label>
        <label>
          {say("按机构或班级查找 ", "Institution or class ")}
          <input value={sought} onInput={(event) => setSought(event.currentTarget.value)} />
        </label>
      </p>
      {rows.length === 0 ? (
        <p>{say("没有公示事项。", "Nothing is public.")}</p>
      ) : (
        <Wide name={title}>
          <table aria-labelledby="list-title">
            <Head
              columns={[
                [say("机构", "Institution"), "text"],
                [say("班级", "Class"), "text"],
                [say("地区", "Region"), "text"],
                [say("人数", "Persons")],
                [say("金额", "Amount")],
                [say("公示截止", "Public until")],
              ]}
            />
            <tbody>
              {rows.map((row) => (
                <tr key={row.claim_id} data-claim={row.claim_id}>
                  <th class="text" scope="row">
                    <button type="button" class="link" onClick={() => change({ claim: row.claim_id })}>
                      {row.institution_name ?? say("（名称待核）", "(name not known yet)")}
                    </button>
                  </th>
                  <td class="text">{row.class_local_id}</td>
                  <td class="text">{placeName(places, row.region)}</td>
                  <td>{whole(row.persons)}</td>
                  <td>{yuan(row.amount_fen)}</td>
                  <td>{row.public_until}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {answer.next && (
        <p class="soft">
          {say("以上为前 200 条，其余见下载的文件。", "These are the first 200; the files have them all.")}
        </p>
      )}
    </section>
  );
}

/** The way to the names, which are with the service that owns the people. */
function Names({ claim }: { claim: Claim }) {
  const { session } = useSession();
  const owner = session?.pages[OF_CERTIFICATES.includes(claim.kind) ? "assessment" : "registry"];
  if (!owner || OF_NOBODY.includes(claim.kind)) return null;
  return (
    <p>
      <a href={path(`${owner}/public-lists`, { claim: claim.claim_id })}>
        {say("查看名单（姓名，公示期内）", "The names, while the claim is public")}
      </a>
    </p>
  );
}

function Lines({ claim }: { claim: string }) {
  const { answer, refused } = useAnswer<ClaimWithLines>(`v1/publicity/${encodeURIComponent(claim)}`);
  const line = Number(useAddress().get("line")) || null;
  const setLine = (next: number | null) => change({ line: next === null ? null : String(next) });
  const [filed, setFiled] = useState<Filed | null>(null);
  const back = (
    <p class="no-print">
      <button type="button" class="quiet" onClick={() => change({ claim: null, line: null })}>
        ← {say("返回列表", "Back to the list")}
      </button>
    </p>
  );
  if (!answer)
    return (
      <>
        {back}
        <Waiting refused={refused} />
      </>
    );
  const object = async (filled: Filled) => {
    setFiled(await post<Filed>("v1/objections", { claim_id: claim, line, ...filled }));
    setLine(null);
  };
  const title = `${answer.institution_name ?? ""} ${answer.class_local_id ?? ""}`;
  return (
    <>
      {back}
      {filed && (
        <Receipt receipt={filed.receipt}>
          <p>{say(filed.effect_zh, filed.effect_en)}</p>
          {filed.due_on && <p>{say(`${filed.due_on} 前答复。`, `It will be answered by ${filed.due_on}.`)}</p>}
        </Receipt>
      )}
      <section class="panel long" aria-labelledby="lines-title">
        <h2 id="lines-title">{title}</h2>
        <p class="soft">
          {say(
            `共 ${answer.persons} 人，${yuan(answer.amount_fen)}，公示 ${answer.published_on} 至 ${answer.public_until}`,
            `${answer.persons} persons, ${yuan(answer.amount_fen)}, public from ${answer.published_on} to ${answer.public_until}`,
          )}
        </p>
        <Names claim={answer} />
        <Wide name={title}>
          <table aria-labelledby="lines-title">
            <Head
              columns={[
                [say("序号", "Line"), "text"],
                [say("完成培训日期", "Trained on"), "text"],
                [say("金额", "Amount")],
                [say("异议", "Objection"), "no-print"],
              ]}
            />
            <tbody>
              {answer.lines.map((each) => (
                <tr key={each.line}>
                  <th class="text" scope="row">
                    {each.line}
                  </th>
                  <td class="text">{each.trained_on}</td>
                  <td>{yuan(each.amount_fen)}</td>
                  <td class="no-print">
                    <button
                      type="button"
                      class="quiet"
                      aria-label={say(`对第 ${each.line} 条提出异议`, `Object to line ${each.line}`)}
                      onClick={() => setLine(each.line)}
                    >
                      {say("提出异议", "Object")}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      </section>
      {line !== null && (
        <section class="panel" aria-labelledby="object-title">
          <h2 id="object-title">{say(`对第 ${line} 条的异议`, `Objection to line ${line}`)}</h2>
          <Form name={say("提出异议", "Object")} button={say("提交异议", "File the objection")} send={object}>
            <Field
              name="text"
              label={say("有何不符，您如何得知", "What is not right, and how you know")}
              hint={say("至少 10 个字。长号码保存前会被遮盖。", "At least 10 characters. Long numbers are masked.")}
              minLength={10}
              maxLength={2000}
              long
              required
            />
            <Field
              name="contact"
              label={say("联系方式", "How to reach you")}
              hint={say("加密保存，到期删除。", "Encrypted, and erased later.")}
              minLength={2}
              maxLength={100}
            />
          </Form>
        </section>
      )}
    </>
  );
}
