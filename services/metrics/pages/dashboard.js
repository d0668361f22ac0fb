"use strict";
const MEASURES = {
  in_training: ["在训人次", "in training"], trainings: ["完成培训人次", "trainings"],
  subsidised_trainings: ["补贴性培训人次", "subsidised"], certificates: ["证书", "certificates"],
  high_skilled_persons: ["新增高技能人才", "high-skilled persons"], approved_fen: ["批准金额（元）", "approved, yuan"],
  paid_fen: ["拨付金额（元）", "paid, yuan"], recovered_fen: ["追回金额（元）", "recovered, yuan"],
};
const cells = new Map();
let names = {programmes: {}, regions: {}};
let stream = null;
// What is asked of every route: the plan chosen, or none for that of today, and by which map.
const asked = () => new URLSearchParams({...(chosen("plan") && {plan: chosen("plan")}), as: chosen("map")}).toString();
const chosen = (id) => document.getElementById(id).value;

// Amounts are whole fen; they become yuan here and nowhere else.
const show = (measure, amount) => measure.endsWith("_fen")
  ? (amount / 100).toLocaleString("zh-CN", {minimumFractionDigits: 2}) : amount.toLocaleString("zh-CN");
const element = (tag, text, attributes = {}) => Object.assign(document.createElement(tag), {textContent: text}, attributes);
const label = (kind, code) => names[kind][code] ? `${names[kind][code][0]}` : code;

function row(table, values, className = "") {
  const line = element("tr", "", {className});
  for (const value of values) line.append(value instanceof Node ? value : element("td", value));
  table.append(line);
}

function heading(table, first) {
  table.replaceChildren();
  const line = element("tr", "");
  line.append(element("th", first), ...Object.values(MEASURES).map(([zh]) => element("th", zh)));
  table.append(line);
}

function drawTotals(total) {
  const cards = Object.entries(MEASURES).map(([measure, [zh, en]]) => {
    const card = element("div", "", {className: "card"});
    card.append(element("small", `${zh} ${en}`), element("b", show(measure, total[measure] ?? 0)));
    return card;
  });
  document.getElementById("cards").replaceChildren(...cards);
}

function drawRegions(changed) {
  const sums = new Map();
  for (const cell of cells.values()) {
    const sum = sums.get(cell.region) ?? {};
    for (const measure of Object.keys(MEASURES)) sum[measure] = (sum[measure] ?? 0) + cell[measure];
    sums.set(cell.region, sum);
  }
  const table = document.getElementById("regions");
  heading(table, "地区");
  for (const region of [...sums.keys()].sort()) {
    const figures = Object.keys(MEASURES).map((measure) =>
      element("td", show(measure, sums.get(region)[measure]), {className: changed.has(region) ? "changed" : ""}));
    row(table, [element("td", `${label("regions", region)} ${region}`), ...figures]);
  }
}

function progressOf(target) {
  const cell = element("td", target.done === null ? "—" : target.done.toLocaleString("zh-CN"));
  if (target.target !== null) cell.append(" / " + target.target.toLocaleString("zh-CN"));
  if (target.percent !== null) {
    const bar = element("span", "", {className: "bar"});
    const fill = element("i", "", {className: Number(target.percent) > 100 ? "over" : ""});
    fill.style.width = Math.min(100, Number(target.percent)) + "%";
    bar.append(fill);
    cell.append(`  ${target.percent} %`, bar);
  }
  return cell;
}

async function drawProgress() {
  const question = asked();
  const progress = await (await fetch("/v1/progress?" + question)).json();
  if (question !== asked()) return;  // something else was chosen meanwhile
  const table = document.getElementById("programmes");
  table.replaceChildren();
  const line = element("tr", "");
  line.append(element("th", `专项（${progress.first_day} — ${progress.last_day}）`), element("th", "完成培训 / 目标"),
              element("th", "新增高技能人才 / 目标"));
  table.append(line);
  for (const each of progress.programmes) {
    const name = element("td", `${each.code} ${each.name_zh} `);
    name.append(element("small", each.name_en));
    row(table, [name, progressOf(each.trainings), progressOf(each.high_skilled)], /-/.test(each.code) ? "part" : "");
  }
}

async function start() {
  const options = (await (await fetch("/v1/plans")).json()).map((plan) =>
    element("option", `${plan.name_zh} ${plan.name_en}`, {value: plan.code}));
  document.getElementById("plan").replaceChildren(element("option", "今日 of today", {value: ""}), ...options);
  for (const id of ["plan", "map"]) document.getElementById(id).addEventListener("change", follow);
  await follow();
}

async function follow() {
  names = await (await fetch("/v1/names?" + asked())).json();
  stream?.close();
  cells.clear();
  stream = new EventSource("/v1/stream?by=programme,region&" + asked());
  stream.addEventListener("cells", (event) => {
    const told = JSON.parse(event.data);
    // A snapshot is all there is: what was shown before, perhaps until a connection broke, is not part of it.
    if (told.snapshot) cells.clear();
    for (const cell of told.gone) cells.delete(cell.programme + " " + cell.region);
    for (const cell of told.cells) cells.set(cell.programme + " " + cell.region, cell);
    drawTotals(told.total);
    drawRegions(new Set(told.snapshot ? [] : [...told.cells, ...told.gone].map((cell) => cell.region)));
    drawProgress();
    const facts = Object.entries(told.as_of.topics).map(([topic, {facts}]) => `${topic} ${facts.toLocaleString()}`);
    document.getElementById("as-of").textContent =
      `截至 as of ${new Date(told.as_of.read_at).toLocaleString("zh-CN")} · 已入账事件 facts applied: ${facts.join(", ")}`;
  });
}
start();
