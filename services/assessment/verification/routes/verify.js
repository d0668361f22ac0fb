"use strict";
const answer = document.getElementById("answer");
const STATUS = { valid: "有效", revoked: "已撤销" };

function show(lines, status) {
  const list = document.createElement("dl");
  for (const [name, value] of lines) {
    list.append(Object.assign(document.createElement("dt"), { textContent: name }));
    list.append(Object.assign(document.createElement("dd"), { textContent: value }));
  }
  if (status) list.className = status;
  answer.replaceChildren(list);
}

async function ask(path, form) {
  const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
  answer.textContent = "正在查验……";
  let response;
  try {
    response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said), cache: "no-store",
    });
  } catch {
    answer.textContent = "无法连接，请稍后重试。";
    return;
  }
  const found = await response.json();
  if (!response.ok) {
    answer.textContent = found.title_zh || found.detail_zh || found.title || "未查到。";
    return;
  }
  const lines = [
    ["状态", STATUS[found.status] + (found.is_current ? "" : "（该编号已被更正后的新编号替代）")],
    ["证书编号", found.number], ["等级", found.award_name_zh], ["职业编码", found.occupation],
    ["发证日期", found.issued_on], ["评价机构", found.body_name],
    ...found.past_revocations.map(each => ["曾误撤销", `${each.revoked_on} 至 ${each.reinstated_on}`]),
  ];
  show(lines, found.status);
}

document.getElementById("by-number").addEventListener("submit", event => {
  event.preventDefault();
  ask("/v1/verifications", event.target);
});
document.getElementById("by-code").addEventListener("submit", event => {
  event.preventDefault();
  ask("/v1/verifications/by-code", event.target);
});
// The QR code of a certificate leads here; what stands behind "#" never reaches a server.
if (location.hash.length > 1) {
  document.querySelector("#by-number [name=number]").value = decodeURIComponent(location.hash.slice(1));
}
