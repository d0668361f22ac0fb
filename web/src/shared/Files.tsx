// Rows by file: tried or stored, what could or did come of it, and why rows were refused, reason by reason.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { change, useAddress } from "./address";
import { type Answer, Shown, useAnswer } from "./answer";
import { ask, type Page, type Problem, path, postFile, Refused, save, send } from "./api";
import { Faults, sentence } from "./Faults";
import { moment, whole } from "./figures";
import { Listing } from "./Listing";
import { Way } from "./Way";
import { Table } from "./Wide";
import { type Name, say } from "./words";

export interface PostedFile {
  id: string;
  dry_run: boolean;
  status: "waiting" | "working" | "done" | "refused" | "cancelled";
  percent: number;
  rows_total: number;
  rows_done: number;
  rows_hidden: number;
  accepted: number;
  repeated: number;
  refused: number;
  warned: number;
  name: string | null;
  posted_by: string;
  problem: Problem | null;
  posted_at: string;
  refused_rows_until: string | null;
}

/** What a kind of files is called, and where it is posted. */
export interface Kind {
  base: string;
  title: Name;
  lead: Name;
  choose: Name;
  send: Name;
  /** A file that has no name. */
  file: Name;
  template: Name;
  /** What a row is of, after a number. */
  unit: Name;
}

interface ReportedRow {
  row: number;
  row_id: string | null;
  name: string | null;
  errors: Problem[];
  warnings: Problem[];
}

interface Report {
  rows: ReportedRow[];
  next: number | null;
}

const STATES: Readonly<Record<PostedFile["status"], Name>> = {
  waiting: ["排队中", "Waiting"],
  working: ["处理中", "Being processed"],
  done: ["处理完毕", "Done"],
  refused: ["文件被退回", "The file was refused"],
  cancelled: ["已取消", "Cancelled"],
};
const POLL_MS = 700;
const ROWS_SHOWN = 1_000;
const PEOPLE_SHOWN = 12;
const BYTES_MAX = 32 * 1024 * 1024;
/** No service takes so much: what is larger is not even sent, which would take minutes. */
const BYTES_SENT_MAX = 4 * BYTES_MAX;
const FILES_SHOWN = "20";
const TOO_LARGE: Name = [
  "文件太大，无法报送。请删去多余的工作表和图片，或拆成几个文件。",
  "The file is too large. Delete sheets and pictures that are not needed, or divide it.",
];

function isOpen(file: PostedFile): boolean {
  return file.status === "waiting" || file.status === "working";
}

/** `given` are parameters of what is posted; `choice` is what else can be chosen. `about` says what a file is for. */
export function Files<F extends PostedFile>(props: {
  kind: Kind;
  given: Readonly<Record<string, string | undefined>>;
  choice?: ComponentChildren;
  about?: (file: F) => string;
  isShown?: (file: F) => boolean;
  ended?: () => void;
}) {
  const { kind } = props;
  const fileId = useAddress().get("file");
  const files = useAnswer(() => ask<Page<F>>(path(kind.base, { size: FILES_SHOWN })), []);
  const ended = () => {
    files.again();
    props.ended?.();
  };
  return (
    <>
      <Sending
        kind={kind}
        given={props.given}
        choice={props.choice}
        sent={(id) => {
          change({ file: id });
          files.again();
        }}
      />
      {fileId && <Result<F> key={fileId} kind={kind} id={fileId} about={props.about} ended={ended} />}
      <Earlier files={files} now={fileId} kind={kind} isShown={props.isShown ?? (() => true)} />
    </>
  );
}

function Sending(props: {
  kind: Kind;
  given: Readonly<Record<string, string | undefined>>;
  choice: ComponentChildren;
  sent: (id: string) => void;
}) {
  const { kind } = props;
  const id = useId();
  const [chosen, setChosen] = useState<File | null>(null);
  const [isOver, setOver] = useState(false);
  const [busy, setBusy] = useState<"store" | "validate" | null>(null);
  const [wrong, setWrong] = useState<Refused | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const choose = (file: File | null) => {
    setChosen(file);
    setWrong(null);
    // What came of another file does not stand beside this one.
    change({ file: null }, { replace: true });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    if (input.current && event.dataTransfer) input.current.files = event.dataTransfer.files;
    choose(file);
  };
  const sendIt = async (mode: "store" | "validate") => {
    if (!chosen || busy) return;
    if (chosen.size > BYTES_SENT_MAX) {
      setWrong(new Refused(413, "too-large", TOO_LARGE));
      return;
    }
    setBusy(mode);
    setWrong(null);
    change({ file: null }, { replace: true });
    const ending = chosen.name.toLowerCase().split(".").pop() ?? "";
    const form = ending === "csv" || ending === "xls" ? ending : "xlsx";
    try {
      const where = path(kind.base, { form, mode, ...props.given });
      props.sent((await postFile<PostedFile>(where, chosen)).id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const isTooLarge = error.status === 413 || (error.status === 0 && chosen.size > BYTES_MAX);
      setWrong(isTooLarge ? new Refused(413, "too-large", TOO_LARGE) : error);
    } finally {
      setBusy(null);
    }
  };
  const template = (form: string) => save(`${kind.base}/template?form=${form}`, `${say(...kind.template)}.${form}`);
  return (
    <section class="panel no-print" aria-labelledby="send-title">
      <div class="panel-head">
        <h2 id="send-title">{say(...kind.title)}</h2>
        <span class="row">
          <button type="button" class="quiet" onClick={() => template("xlsx")}>
            {say("下载 Excel 模板", "Excel template")}
          </button>
          <button type="button" class="quiet" onClick={() => template("csv")}>
            {say("下载 CSV 模板", "CSV template")}
          </button>
        </span>
      </div>
      <p class="soft">{say(...kind.lead)}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a file can be chosen by the field inside as well */}
      <div
        class={isOver ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label for={id}>
          <b>{say(...kind.choose)}</b>
        </label>
        <p>
          <input
            ref={input}
            id={id}
            type="file"
            accept=".xlsx,.xls,.csv"
            onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)}
          />
        </p>
      </div>
      {props.choice}
      {wrong && <Faults refused={wrong} />}
      <p class="row">
        <button type="button" class="quiet" disabled={!chosen || busy !== null} onClick={() => sendIt("validate")}>
          {busy === "validate" ? say("正在上传……", "Uploading …") : say("试算（不登记）", "Try it (stores nothing)")}
        </button>
        <button type="button" disabled={!chosen || busy !== null} onClick={() => sendIt("store")}>
          {busy === "store" ? say("正在上传……", "Uploading …") : say(...kind.send)}
        </button>
      </p>
    </section>
  );
}

/** One file: its progress until it is done, then what came of it. */
function Result<F extends PostedFile>(props: {
  kind: Kind;
  id: string;
  about: ((file: F) => string) | undefined;
  ended: () => void;
}) {
  const answer = useAnswer(() => ask<F>(`${props.kind.base}/${props.id}`), [props.id]);
  const file = answer.found;
  const isRunning = file !== null && isOpen(file);
  const wasRunning = useRef(false);
  useEffect(() => {
    if (isRunning) {
      wasRunning.current = true;
      const timer = setTimeout(answer.again, POLL_MS);
      return () => clearTimeout(timer);
    }
    if (file && wasRunning.current) props.ended();
    return undefined;
  }, [file, isRunning]);
  return (
    <section class="panel long" aria-labelledby="result-title">
      <h2 id="result-title">
        {file?.dry_run
          ? say("试算结果（未登记）", "What would come of it (nothing is stored)")
          : say("报送结果", "What came of it")}
      </h2>
      <Shown answer={answer}>
        {(found) => <Outcome kind={props.kind} file={found} about={props.about?.(found) ?? ""} again={answer.again} />}
      </Shown>
    </section>
  );
}

function Outcome(props: { kind: Kind; file: PostedFile; about: string; again: () => void }) {
  const { file, kind } = props;
  const [wrong, setWrong] = useState<Refused | null>(null);
  const remove = async () => {
    setWrong(null);
    try {
      await send(`${kind.base}/${file.id}`, "DELETE");
      props.again();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error);
    }
  };
  const accepted = file.dry_run ? say("可以登记", "Could be registered") : say("已登记", "Registered");
  return (
    <>
      <p class="soft">
        {[file.name ?? say(...kind.file), file.posted_by, moment(new Date(file.posted_at)), props.about]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {wrong && <Faults refused={wrong} />}
      {isOpen(file) ? (
        <>
          <progress max={100} value={file.percent} aria-label={say("处理进度", "Progress")} />
          <p role="status">
            {say(...STATES[file.status])}
            {file.rows_total > 0 && ` · ${whole(file.rows_done)} / ${whole(file.rows_total)}`}
          </p>
          <p class="no-print">
            <button type="button" class="quiet" onClick={remove}>
              {say("取消处理", "Cancel it")}
            </button>
          </p>
        </>
      ) : (
        <>
          <p class={file.status === "refused" ? "message bad" : "message"} role="status" data-figure="summary">
            <b>{summary(file, kind)}</b> {file.problem && sentence(file.problem)}
          </p>
          <dl class="figures">
            <div>
              <dt>{say("文件行数", "Rows")}</dt>
              <dd data-figure="rows_total">{whole(file.rows_total)}</dd>
            </div>
            <div>
              <dt>{accepted}</dt>
              <dd class="good" data-figure="accepted">
                {whole(file.accepted)}
              </dd>
            </div>
            <div>
              <dt>{say("早已登记", "Already registered")}</dt>
              <dd data-figure="repeated">{whole(file.repeated)}</dd>
            </div>
            <div>
              <dt>{file.dry_run ? say("会被退回", "Would be refused") : say("退回", "Refused")}</dt>
              <dd class="bad" data-figure="refused">
                {whole(file.refused)}
              </dd>
            </div>
          </dl>
          {file.rows_hidden > 0 && (
            <p class="warn">
              {say(
                `其中 ${whole(file.rows_hidden)} 行在表格里被隐藏或筛选掉，也已处理。`,
                `${whole(file.rows_hidden)} of the rows are hidden in the sheet; they were read too.`,
              )}
            </p>
          )}
          {file.refused_rows_until && <Reasons kind={kind} file={file} remove={remove} />}
        </>
      )}
    </>
  );
}

function summary(file: PostedFile, kind: Kind): string {
  if (file.status === "refused")
    return say("文件被退回，没有登记任何内容。", "The file was refused; nothing was registered.");
  if (file.status === "cancelled") return say("已取消。", "Cancelled.");
  const n = say(`${whole(file.accepted)} ${kind.unit[0]}`, `${whole(file.accepted)} ${kind.unit[1]}`);
  const refused = file.refused
    ? say(`${whole(file.refused)} 行需要更正。`, `${whole(file.refused)} rows have to be corrected.`)
    : "";
  return file.dry_run
    ? say(`${n}可以登记，尚未登记。${refused}`, `${n} could be registered; nothing is stored yet. ${refused}`)
    : say(`${n}已登记。${refused}`, `${n} are registered. ${refused}`);
}

interface Reason {
  key: string;
  column: string;
  words: string;
  rows: ReportedRow[];
  isMild: boolean;
}

/** Rows by what is wrong with them; the commonest reason first, warnings last. */
function grouped(rows: readonly ReportedRow[]): Reason[] {
  const reasons = new Map<string, Reason>();
  const add = (row: ReportedRow, problem: Problem, isMild: boolean) => {
    const column = say(problem.column_zh ?? "", problem.column ?? "");
    const words = sentence(problem);
    const key = [isMild, problem.code, column, words].join();
    const reason = reasons.get(key) ?? { key, column, words, rows: [], isMild };
    reason.rows.push(row);
    reasons.set(key, reason);
  };
  for (const row of rows) {
    for (const problem of row.errors) add(row, problem, false);
    for (const problem of row.warnings) add(row, problem, true);
  }
  return [...reasons.values()].sort(
    (one, other) => Number(one.isMild) - Number(other.isMild) || other.rows.length - one.rows.length,
  );
}

async function reported(base: string, id: string): Promise<ReportedRow[]> {
  const rows: ReportedRow[] = [];
  let after: number | null = 0;
  while (after !== null && rows.length < ROWS_SHOWN) {
    const page: Report = await ask<Report>(path(`${base}/${id}/report`, { size: "500", after: String(after) }));
    rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}

function Reasons(props: { kind: Kind; file: PostedFile; remove: () => Promise<void> }) {
  const { file, kind } = props;
  const answer = useAnswer(() => reported(kind.base, file.id), [file.id]);
  const name = (file.name ?? say(...kind.file)).replace(/\.[^.]*$/, "");
  const fetch = (form: string) =>
    save(
      `${kind.base}/${file.id}/failed-rows?form=${form}`,
      say(`${name}-退回的行.${form}`, `${name}-refused.${form}`),
    );
  return (
    <>
      {file.refused > 0 && (
        <p class="row no-print">
          <button type="button" onClick={() => fetch("xlsx")}>
            {say("下载退回的行（已标出问题）", "Download the refused rows, marked")}
          </button>
          <button type="button" class="quiet" onClick={() => fetch("csv")}>
            {say("下载为 CSV", "As CSV")}
          </button>
          <button type="button" class="quiet" onClick={props.remove}>
            {say("删除退回的行", "Erase the refused rows")}
          </button>
          <span class="soft small">
            {file.refused_rows_until &&
              say(
                `保留至 ${moment(new Date(file.refused_rows_until))}`,
                `Kept until ${moment(new Date(file.refused_rows_until))}`,
              )}
          </span>
        </p>
      )}
      <Shown answer={answer}>
        {(rows) => (
          <>
            <h3>{say("按原因汇总", "By reason")}</h3>
            {grouped(rows).map((reason) => (
              <div key={reason.key} class={reason.isMild ? "reason mild" : "reason"} data-reason>
                <p>
                  <b>
                    {reason.isMild && say("提醒：", "Note: ")}
                    {reason.column && `${reason.column}${say("：", ": ")}`}
                    {reason.words}
                  </b>{" "}
                  {say(`（${reason.rows.length} 行）`, ` (${reason.rows.length} rows)`)}
                </p>
                <p class="soft">
                  {reason.rows
                    .slice(0, PEOPLE_SHOWN)
                    .map((row) => say(`第 ${row.row} 行 ${row.name ?? ""}`, `row ${row.row} ${row.name ?? ""}`).trim())
                    .join(say("、", ", "))}
                  {reason.rows.length > PEOPLE_SHOWN &&
                    say(
                      ` 等 ${reason.rows.length} 行，全部见下载的文件`,
                      ` and ${reason.rows.length - PEOPLE_SHOWN} others, all in the file`,
                    )}
                </p>
              </div>
            ))}
            {rows.length >= ROWS_SHOWN && (
              <p class="soft">
                {say(
                  `以上为前 ${ROWS_SHOWN} 行，全部见下载的文件。`,
                  `These are the first ${ROWS_SHOWN} rows; all are in the file.`,
                )}
              </p>
            )}
          </>
        )}
      </Shown>
    </>
  );
}

function Earlier<F extends PostedFile>(props: {
  files: Answer<Page<F>>;
  now: string | null;
  kind: Kind;
  isShown: (file: F) => boolean;
}) {
  const title = say("最近的文件", "The last files");
  return (
    <Listing id="earlier" title={title} answer={props.files}>
      {(found) => (
        <Table
          name={title}
          rows={found.rows.filter(props.isShown)}
          empty={say("还没有报送过文件。", "No file has been posted yet.")}
          columns={[
            [say("文件", "File"), "text"],
            [say("报送人", "Sent by"), "text"],
            [say("时间", "When"), "text"],
            [say("状态", "State"), "text"],
            [say("登记", "Registered")],
            [say("早已登记", "Already there")],
            [say("退回", "Refused")],
          ]}
        >
          {(file) => (
            <tr key={file.id}>
              <th class="text wrap" scope="row">
                <Way to={{ file: file.id }} isNow={file.id === props.now}>
                  {file.name ?? say(...props.kind.file)}
                </Way>
              </th>
              <td class="text">{file.posted_by}</td>
              <td class="text">{moment(new Date(file.posted_at))}</td>
              <td class="text">
                {say(...STATES[file.status])}
                {file.dry_run && say("（试算）", " (tried)")}
              </td>
              <td>{file.dry_run ? "—" : whole(file.accepted)}</td>
              <td>{whole(file.repeated)}</td>
              <td>{whole(file.refused)}</td>
            </tr>
          )}
        </Table>
      )}
    </Listing>
  );
}
