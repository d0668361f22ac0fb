// The candidates of a session: one by hand, many by pasting from a spreadsheet or by a CSV file, and one taken out.

import { useRef, useState } from "preact/hooks";
import { useAnswer } from "../shared/answer";
import { all, type Problem, path, post, Refused } from "../shared/api";
import { AWARDS } from "../shared/awards";
import { Dialog } from "../shared/Dialog";
import { sentence } from "../shared/Faults";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import type { SessionInHand } from "./sessions";
import { decoded, HEADINGS, LEVELS, PAPERS, parsed, type Unknown } from "./sheet";

interface Candidate {
  id: string;
  local_id: string;
  name: string;
  document_number: string;
  absent: boolean;
  passed: boolean | null;
  cheated: boolean;
  marks: { theory: number | null; skills: number | null; review: number | null } | null;
}

interface Outcome {
  row: number;
  row_id: string | null;
  outcome: "accepted" | "repeated" | "refused";
  errors?: Problem[];
  warnings?: Problem[];
}

interface Batch {
  accepted: number;
  repeated: number;
  refused: number;
  rows: Outcome[];
}

const OPEN = new Set(["filed", "returned", "approved"]);
const ROWS_MAX = 1_000;

function labels(): Record<string, string> {
  return {
    local_id: say("考生编号", "Candidate number"),
    name: say("姓名", "Name"),
    document_number: say("证件号码", "Document number"),
    years_of_work: say("从业年限", "Years of work"),
    certificates: say("已有证书", "Certificate"),
    papers: say("学历或职称", "Diploma or title"),
    document_kind: say("证件类型", "Document"),
    level: say("已有证书等级", "Level of the certificate"),
    kind: say("学历或职称", "Diploma or title"),
    number: say("证书编号", "Number of the certificate"),
    issued_on: say("发证日期", "Issued on"),
  };
}

export function Candidates(props: { one: SessionInHand; changed: () => void }) {
  const { one } = props;
  const list = useAnswer(() => all<Candidate>(`v1/sessions/${one.id}/candidates`), [one.id]);
  const [leaving, setLeaving] = useState<Candidate | null>(null);
  const isOpen = OPEN.has(one.status);
  const changed = () => {
    list.again();
    props.changed();
  };
  const title = say("考生与成绩", "Candidates and results");
  return (
    <div class="stack">
      {isOpen && <Together one={one} changed={changed} />}
      {isOpen && <ByHand one={one} changed={changed} />}
      <Listing id="candidates" title={title} answer={list}>
        {(found) => (
          <Table
            name={title}
            rows={found}
            empty={say("还没有考生。", "There is no candidate yet.")}
            caption={say(
              `${found.length} 名考生；姓名和证件号码已遮盖。`,
              `${found.length} candidates; names and numbers are masked.`,
            )}
            columns={[
              [say("考生编号", "Candidate"), "text"],
              [say("姓名", "Name"), "text"],
              [say("证件号码", "Document"), "text"],
              [say("理论", "Theory")],
              [say("技能", "Skills")],
              [say("综合评审", "Review")],
              [say("结果", "Result"), "text"],
              [say("办理", "Change"), "text no-print"],
            ]}
          >
            {(each) => (
              <tr key={each.id} data-candidate={each.local_id}>
                <th class="text" scope="row">
                  {each.local_id}
                </th>
                <td class="text">{each.name}</td>
                <td class="text">{each.document_number}</td>
                <td>{each.marks?.theory ?? "—"}</td>
                <td>{each.marks?.skills ?? "—"}</td>
                <td>{each.marks?.review ?? "—"}</td>
                <td class="text">{resultOf(each)}</td>
                <td class="text no-print">
                  {isOpen && each.passed === null && (
                    <button
                      type="button"
                      class="link"
                      aria-label={say(`移出名单：考生 ${each.local_id}`, `Take out candidate ${each.local_id}`)}
                      onClick={() => setLeaving(each)}
                    >
                      {say("移出名单", "Take out")}
                    </button>
                  )}
                </td>
              </tr>
            )}
          </Table>
        )}
      </Listing>
      {leaving && (
        <Dialog close={() => setLeaving(null)}>
          <h2 id="task-title">{say(`移出名单：考生 ${leaving.local_id}`, `Take out candidate ${leaving.local_id}`)}</h2>
          <Form
            name={say("移出名单", "Take out")}
            button={say("移出名单", "Take out")}
            send={async (filled, key) => {
              await post(`v1/candidates/${leaving.id}/withdrawal`, filled, key);
              setLeaving(null);
              changed();
            }}
          >
            <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} required />
          </Form>
        </Dialog>
      )}
    </div>
  );
}

function resultOf(each: Candidate) {
  if (each.cheated) return <span class="bad">{say("作弊", "Cheated")}</span>;
  if (each.passed === null) return each.absent ? say("缺考", "Absent") : "—";
  return each.passed ? (
    <span class="good">{say("合格", "Passed")}</span>
  ) : (
    <span class="bad">{each.absent ? say("缺考", "Absent") : say("不合格", "Failed")}</span>
  );
}

/** Many at once. What was read is shown before anything is stored; what is refused stays in the list. */
function Together(props: { one: SessionInHand; changed: () => void }) {
  const { one } = props;
  const mode = useRef<"store" | "validate">("store");
  const [told, setTold] = useState<{ isDry: boolean; batch: Batch } | null>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const read = async (file: File | undefined) => {
    if (!file || !text.current) return;
    text.current.value = decoded(await file.arrayBuffer());
    text.current.dispatchEvent(new Event("input", { bubbles: true }));
    setTold(null);
  };
  const send = async (filled: Filled, key: string) => {
    setTold(null);
    const isDry = mode.current === "validate";
    const { rows, unknown, strays } = parsed(filled.rows ?? "", one.local_id);
    if (strays.length > 0) throw new Refused(422, "other-session", otherSession(strays, one.local_id));
    if (unknown.length > 0) throw new Refused(422, "unknown-words", ["", ""], unknown.map(inWords));
    const batch: Batch = { accepted: 0, repeated: 0, refused: 0, rows: [] };
    for (let first = 0; first < rows.length; first += ROWS_MAX) {
      const part = rows.slice(first, first + ROWS_MAX);
      const where = path(`v1/sessions/${one.id}/candidates`, { mode: mode.current });
      const answer = await post<Batch>(where, { rows: part }, `${key}-${mode.current}-${first}`);
      for (const count of ["accepted", "repeated", "refused"] as const) batch[count] += answer[count];
      batch.rows.push(...answer.rows.map((each) => ({ ...each, row: each.row + first })));
    }
    setTold({ isDry, batch });
    if (!isDry) props.changed();
  };
  return (
    <section class="panel no-print" aria-labelledby="together-title">
      <h2 id="together-title">{say("从表格报送考生", "Many candidates from a sheet")}</h2>
      <p class="soft">
        {say(
          `从 Excel 复制后粘贴，或选择 CSV 文件。每行一人，依次为：${HEADINGS.map(([zh]) => zh).join("、")}；带表头的，列的顺序不限。只有编号、姓名、证件号码、从业年限四列也可以。`,
          `Paste from Excel, or choose a CSV file. One person a row: ${HEADINGS.map(([, en]) => en).join(", ")}; with headings, in any order. Candidate number, name, document number and years of work alone will do.`,
        )}
      </p>
      <p class="row">
        <label for="candidate-file">{say("选择 CSV 文件", "Choose a CSV file")}</label>
        <input
          id="candidate-file"
          type="file"
          accept=".csv,.txt,text/csv"
          onChange={(event) => read(event.currentTarget.files?.[0])}
        />
      </p>
      <Form
        name={say("从表格报送考生", "Many candidates from a sheet")}
        labels={labels()}
        button={say("报送考生", "Add the candidates")}
        send={send}
      >
        <Field
          name="rows"
          input={text}
          label={say("考生名单", "The candidates")}
          hint={say("第一行可以是表头。", "The first row may hold the headings.")}
          long
          required
        />
        <p class="check">
          <input
            id="try-candidates"
            type="checkbox"
            onChange={(event) => {
              mode.current = event.currentTarget.checked ? "validate" : "store";
            }}
          />
          <label for="try-candidates">{say("先试算，不登记", "Only try it; store nothing")}</label>
        </p>
      </Form>
      {told && <Told {...told} />}
    </section>
  );
}

function inWords({ row, heading: [zh, en], said, known }: Unknown): Problem {
  return {
    code: "unknown-word",
    column_zh: zh,
    column: en,
    title_zh: `第 ${row} 人的“${said}”无法识别。`,
    title: `“${said}” of row ${row} is not known.`,
    cure_zh: `可填：${known.map(([name]) => name).join("、")}。`,
    cure: `It is one of: ${known.map(([, name]) => name).join(", ")}.`,
  };
}

function otherSession(strays: readonly string[], here: string): Name {
  return [
    `表格中有其他考试（${strays.join("、")}）的考生；本页只报送考试 ${here} 的考生。`,
    `The sheet has candidates of other sessions (${strays.join(", ")}); this page takes those of session ${here}.`,
  ];
}

function Told(props: { isDry: boolean; batch: Batch }) {
  const { batch, isDry } = props;
  const wrong = batch.rows.filter((each) => each.errors?.length);
  const warned = batch.rows.filter((each) => each.warnings?.length);
  return (
    <div class="message" role="status" data-figure="told">
      <p>
        <b>
          {isDry
            ? say(
                `${batch.accepted} 人可以登记，尚未登记。`,
                `${batch.accepted} could be added; nothing is stored yet.`,
              )
            : say(`${batch.accepted} 人已登记。`, `${batch.accepted} are added.`)}
        </b>{" "}
        {batch.repeated > 0 && say(`${batch.repeated} 人早已登记。`, `${batch.repeated} were there before. `)}
        {batch.refused > 0 && say(`${batch.refused} 行需要更正：`, `${batch.refused} rows have to be corrected:`)}
      </p>
      {wrong.length > 0 && (
        <ul>
          {wrong.map((each) => (
            <li key={each.row}>
              {say(`第 ${each.row + 1} 人 ${each.row_id ?? ""}：`, `Row ${each.row + 1} ${each.row_id ?? ""}: `)}
              {each.errors?.map((problem) => sentence(problem, labels())).join(say("；", "; "))}
            </li>
          ))}
        </ul>
      )}
      {warned.map((each) => (
        <p key={each.row} class="warn">
          {say(`请注意，${each.row_id}：`, `Note, ${each.row_id}: `)}
          {each.warnings?.map((problem) => sentence(problem, labels())).join(say("；", "; "))}
        </p>
      ))}
    </div>
  );
}

function ByHand(props: { one: SessionInHand; changed: () => void }) {
  const [added, setAdded] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const field = labels();
  const send = async (filled: Filled, key: string) => {
    setAdded(null);
    const { years_of_work, level, number, certified_on, paper, paper_on, ...others } = filled;
    const row = {
      ...others,
      years_of_work: years_of_work ? Number(years_of_work) : undefined,
      certificates: level ? [{ level, number, issued_on: certified_on }] : undefined,
      papers: paper ? [{ kind: paper, issued_on: paper_on }] : undefined,
    };
    const answer = await post<Batch>(`v1/sessions/${props.one.id}/candidates`, { rows: [row] }, key);
    const [outcome] = answer.rows;
    if (outcome?.outcome === "refused") throw new Refused(422, "row-refused", ["", ""], outcome.errors ?? []);
    setAdded(filled.local_id ?? "");
    setTurn((before) => before + 1);
    props.changed();
  };
  return (
    <section class="panel no-print" aria-labelledby="hand-title">
      <details>
        <summary>
          <h2 id="hand-title" class="in-line">
            {say("登记一名考生", "Add a candidate")}
          </h2>
        </summary>
        {added !== null && (
          <p class="message" role="status">
            {say(`考生 ${added} 已登记。`, `Candidate ${added} is added.`)}
          </p>
        )}
        <Form
          key={turn}
          name={say("登记一名考生", "Add a candidate")}
          class="grid"
          labels={field}
          button={say("登记", "Add")}
          send={send}
        >
          <Field
            name="local_id"
            label={field.local_id ?? ""}
            hint={say("本机构自编，不用证件号码", "Your own, never an identity number")}
            pattern="[A-Za-z0-9._\/\-]+"
            maxLength={64}
            required
          />
          <Field name="name" label={field.name ?? ""} maxLength={60} required />
          <Field name="document_number" label={field.document_number ?? ""} maxLength={40} required />
          <Field name="years_of_work" type="number" min="0" max="80" label={field.years_of_work ?? ""} />
          <fieldset>
            <legend>{say("已有证书（申报条件要求时）", "A certificate that they hold, where it is asked for")}</legend>
            <Choice
              name="level"
              label={say("等级", "Level")}
              optional={say("没有", "None")}
              options={LEVELS.map((level) => [level, named(AWARDS, level)])}
            />
            <Field name="number" label={say("证书编号", "Number")} pattern="[A-Z0-9]+" minLength={8} maxLength={32} />
            <Field name="certified_on" type="date" label={say("发证日期", "Issued on")} />
          </fieldset>
          <fieldset>
            <legend>{say("学历或职称（申报条件要求时）", "A diploma or title, where it is asked for")}</legend>
            <Choice
              name="paper"
              label={say("种类", "Kind")}
              optional={say("没有", "None")}
              options={Object.entries(PAPERS).map(([kind, name]) => [kind, say(...name)])}
            />
            <Field
              name="paper_on"
              type="date"
              label={say("取得日期", "Issued on")}
              hint={say("应届毕业生不填", "Empty for a student in the final year")}
            />
          </fieldset>
        </Form>
      </details>
    </section>
  );
}
