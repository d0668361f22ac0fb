"use strict";
const at = (id) => document.getElementById(id);
const wait = (ms) => new Promise((wake) => setTimeout(wake, ms));
// A token goes first; without one, whoever is signed in is known by a cookie that this page cannot read.
const headers = () => at("token").value.trim() ? {Authorization: `Bearer ${at("token").value.trim()}`} : {};
const stands = (file) => ["waiting", "working"].includes(file.status);
const states = {waiting: "排队中 waiting", working: "处理中 working", done: "完成 done",
                refused: "文件被退回 the file was refused", cancelled: "已取消 cancelled"};
const files_shown = 10, wait_ms = 500, wait_away_ms = 2000, tries_away = 60;
let watched = null;

// The one place that reads a problem's sentences.
function sentence(error, language) {
  return [error[`title${language}`], error[`cure${language}`]].filter(Boolean).join(language ? "" : " ");
}
const told = (error) => [sentence(error, "_zh"), sentence(error, "")].filter(Boolean).join(" ");

async function ask(path, options = {}) {
  const answer = await fetch(path, {...options, headers: {...headers(), ...options.headers}});
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({title: answer.statusText}));
  throw Object.assign(new Error(told(problem)), {status: answer.status});
}

// The work goes on while the network or the service is away, so the page waits for it to come back.
async function askPatiently(path) {
  for (let left = tries_away; ; left--) {
    try {
      const found = await (await ask(path)).json();
      say();
      return found;
    } catch (error) {
      if (left === 0 || (error.status && error.status !== 503)) throw error;
      say(new Error("连接暂时中断，正在重试。 The connection is away; trying again."));
      await wait(wait_away_ms);
    }
  }
}

function say(error) {
  at("problem").textContent = error ? error.message : "";
  at("problem").hidden = !error;
}

const saying = (step) => async () => { say(); try { await step(); } catch (error) { say(error); } };

const save = (path, name) => saying(async () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await (await ask(path)).blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});

const saveFailed = (file, form) => save(`/v1/roster-files/${file.id}/failed-rows?form=${form}`, `退回的行.${form}`);
const remove = (file) => saying(async () => { await ask(`/v1/roster-files/${file.id}`, {method: "DELETE"}); await watch(file.id); });

function drawJob(file) {
  at("job").hidden = false;
  at("mode").textContent = file.dry_run ? "试算，未登记 tried only" : "";
  at("progress").value = file.rows_total ? 100 * file.rows_done / file.rows_total : 0;
  for (const name of ["rows_total", "accepted", "repeated", "refused"])
    at(name).textContent = file[name].toLocaleString("zh-CN");
  at("status").textContent = [states[file.status], ...(file.problem ? [told(file.problem)] : [])].join(" ");
  if (file.rows_hidden) at("status").textContent +=
    ` 其中 ${file.rows_hidden} 行在工作表中被隐藏或筛选掉，也已处理。 ${file.rows_hidden} of the rows are hidden in the sheet; they were read too.`;
  at("status").className = file.status === "refused" ? "bad" : "soft";
  for (const form of ["xlsx", "csv"]) {
    at(`failed-${form}`).hidden = stands(file) || !file.refused_rows_until;
    at(`failed-${form}`).onclick = saveFailed(file, form);
  }
  at("cancel").hidden = !stands(file);
  at("cancel").onclick = remove(file);
  at("kept").hidden = stands(file) || !file.refused;
  at("kept").textContent = file.refused_rows_until
    ? `退回的行保留至 ${moment(file.refused_rows_until)}。 Refused rows are kept until then.`
    : "退回的行已删除。 The refused rows have been erased.";
  at("report").hidden = at("more").hidden = true;
}

const moment = (text) => new Date(text).toLocaleString("zh-CN");

function cell(...content) {
  const made = document.createElement("td");
  made.append(...content);
  return made;
}

function line(...cells) {
  const made = document.createElement("tr");
  made.append(...cells);
  return made;
}

function button(words, onclick) {
  const made = document.createElement("button");
  made.className = "quiet";
  made.textContent = words;
  made.onclick = onclick;
  return made;
}

function reason(error) {
  const made = document.createElement("div"), column = error.column_zh ?? error.column;
  made.textContent = (column ? `${column}：` : "") + (sentence(error, "_zh") || sentence(error, ""));
  made.title = sentence(error, "");
  return made;
}

async function drawReport(file) {
  const report = await askPatiently(`/v1/roster-files/${file.id}/report?size=100`);
  at("report").tBodies[0].replaceChildren(
    ...report.rows.map((row) => line(cell(row.row), cell(...row.errors.map(reason)))));
  at("report").hidden = report.rows.length === 0;
  at("more").hidden = !report.next;
}

async function drawFiles() {
  const found = await askPatiently(`/v1/roster-files?size=${files_shown}`);
  at("files").hidden = found.rows.length === 0;
  at("files").querySelector("tbody").replaceChildren(...found.rows.map((file) => {
    const buttons = [button("查看 Show", saying(() => watch(file.id)))];
    if (file.refused_rows_until && !stands(file)) buttons.push(
      button("退回的行 .xlsx", saveFailed(file, "xlsx")), button("删除退回的行 Erase", remove(file)));
    const mode = file.dry_run ? "（试算 tried only）" : "";
    return line(cell(moment(file.posted_at)), cell(states[file.status] + mode),
                cell(`${file.accepted} / ${file.repeated} / ${file.refused}`), cell(...buttons));
  }));
}

async function watch(id) {
  watched = id;
  let file = await askPatiently(`/v1/roster-files/${id}`);
  for (drawJob(file); stands(file); drawJob(file)) {
    await wait(wait_ms);
    file = await askPatiently(`/v1/roster-files/${id}`);
    if (watched !== id) return;
  }
  if (file.refused_rows_until) await drawReport(file);
  await drawFiles();
}

const post = (mode) => saying(async () => {
  const chosen = at("file").files[0];
  const form = ["csv", "xls"].find((each) => chosen.name.toLowerCase().endsWith(`.${each}`)) ?? "xlsx";
  for (const id of ["try", "send"]) at(id).disabled = true;
  try {
    const answer = await ask(`/v1/roster-files?form=${form}&mode=${mode}`, {method: "POST", body: chosen});
    await watch((await answer.json()).id);
  } finally {
    for (const id of ["try", "send"]) at(id).disabled = false;
  }
});

async function drawSession() {
  const {signed_in} = await (await ask("/session")).json();
  at("who").textContent = signed_in ? `已登录 signed in: ${signed_in.person}` : "未登录 not signed in";
  at("sign-in").textContent = signed_in ? "换人或退出 Change or sign out" : "登录 Sign in";
  return signed_in?.role === "institution";
}

const start = saying(async () => { if (await drawSession()) await drawFiles(); });

at("token").onchange = saying(drawFiles);
at("file").onchange = () => { for (const id of ["try", "send"]) at(id).disabled = !at("file").files.length; };
at("try").onclick = post("validate");
at("send").onclick = post("store");
for (const kind of ["xlsx", "csv"])
  at(`template-${kind}`).onclick = save(`/v1/roster-files/template?form=${kind}`, `学员名册模板.${kind}`);
// Signing in opens beside this page, so that nothing that was chosen here is lost.
document.addEventListener("visibilitychange", () => { if (!document.hidden) start(); });
start();
