// Names on the lists of public claims, on the page of the service that owns the people; objections go to the subsidy.

import { useState } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { ask, path } from "../shared/api";
import { Frame } from "../shared/Frame";
import { whole, yuan } from "../shared/figures";
import { useSession } from "../shared/session";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { say, useLanguage } from "../shared/words";

interface Summary {
  claim_id: string;
  kind_name_zh: string;
  kind_name_en: string;
  payee_name: string | null;
  is_objected: boolean;
  persons: number;
  amount_fen: number;
  published_on: string;
  public_until: string;
}

interface Entry {
  line: number;
  name: string | null;
  document_number: string | null;
  item: string;
  amount_fen: number;
}

interface Names extends Summary {
  rows: Entry[];
  next: string | null;
}

export function PublicLists() {
  useLanguage();
  const claim = useAddress().get("claim");
  return (
    <Frame
      title={say("补贴公示名单", "Names on public lists")}
      lead={say(
        "姓名仅在公示期内显示，证件号码只显示末四位。",
        "Names are shown while a claim is public, and of a number the last four characters.",
      )}
    >
      <div class="narrow wide-lists">{claim ? <List key={claim} claim={claim} /> : <Lists />}</div>
    </Frame>
  );
}

function payee(list: Summary): string {
  return list.payee_name ?? say("（个人申领）", "(claimed by a person)");
}

function Lists() {
  const address = useAddress();
  const cursor = address.get("after") ?? undefined;
  const query = path("v1/public-lists", { cursor });
  const answer = useAnswer(() => ask<{ rows: Summary[]; next: string | null }>(query), [query]);
  const title = say("今日公示的名单", "Lists that are public today");
  return (
    <section class="panel long" aria-labelledby="lists-title">
      <h2 id="lists-title">{title}</h2>
      <Shown answer={answer}>
        {(found) => (
          <>
            <Table
              name={title}
              rows={found.rows}
              empty={say("没有公示名单。", "No list is public.")}
              columns={[
                [say("领款单位", "Paid to"), "text"],
                [say("补贴项目", "Kind of subsidy"), "text"],
                [say("人数", "Persons")],
                [say("金额", "Amount")],
                [say("公示截止", "Public until")],
              ]}
            >
              {(row) => (
                <tr key={row.claim_id} data-claim={row.claim_id}>
                  <th class="text" scope="row">
                    <Way to={{ claim: row.claim_id, after: null }}>{payee(row)}</Way>
                  </th>
                  <td class="text">{say(row.kind_name_zh, row.kind_name_en)}</td>
                  <td>{whole(row.persons)}</td>
                  <td>{yuan(row.amount_fen)}</td>
                  <td>{row.public_until}</td>
                </tr>
              )}
            </Table>
            {found.next && (
              <p class="no-print">
                <Way to={{ after: found.next }}>{say("下一页", "Next page")}</Way>
              </p>
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

function List({ claim }: { claim: string }) {
  const { session } = useSession();
  const [cursor, setCursor] = useState<string>();
  const base = `v1/public-lists/${encodeURIComponent(claim)}`;
  const query = path(base, { cursor });
  const answer = useAnswer(() => ask<Names>(query), [query]);
  const objecting = session?.pages.subsidy;
  return (
    <>
      <p class="no-print">
        <Way to={{ claim: null }}>← {say("返回列表", "Back to the list")}</Way>
      </p>
      <Shown answer={answer}>
        {(found) => (
          <section class="panel long" aria-labelledby="names-title">
            <div class="panel-head">
              <h2 id="names-title">{payee(found)}</h2>
              <span class="row no-print">
                <a href={path(`${base}/file`, { format: "xlsx" })}>{say("下载 Excel", "Excel file")}</a>
                <a href={path(`${base}/file`, { format: "csv" })}>{say("下载 CSV", "CSV file")}</a>
              </span>
            </div>
            <p class="soft">
              {say(
                `${found.kind_name_zh}，共 ${found.persons} 人，${yuan(found.amount_fen)}，公示 ${found.published_on} 至 ${found.public_until}`,
                `${found.kind_name_en}, ${found.persons} persons, ${yuan(found.amount_fen)}, public from ${found.published_on} to ${found.public_until}`,
              )}
            </p>
            {found.is_objected && (
              <p class="message" role="status">
                {say("有异议正在核查。", "An objection is being looked into.")}
              </p>
            )}
            <Table
              name={payee(found)}
              rows={found.rows}
              empty={say("名单没有其他人。", "Nobody else is on the list.")}
              columns={[
                [say("姓名", "Name"), "text"],
                [say("证件号码", "Document number"), "text"],
                [say("项目", "Item"), "text"],
                [say("金额", "Amount")],
                [say("异议", "Objection"), "no-print"],
              ]}
            >
              {(row) => (
                <tr key={row.line} data-line={row.line}>
                  <th class="text" scope="row">
                    {row.name ?? "—"}
                  </th>
                  <td class="text">{row.document_number ?? "—"}</td>
                  <td class="text">{row.item}</td>
                  <td>{yuan(row.amount_fen)}</td>
                  <td class="no-print">
                    {objecting && (
                      <a
                        href={path(`${objecting}/publicity`, { claim, line: String(row.line) })}
                        aria-label={say(`对第 ${row.line} 条提出异议`, `Object to line ${row.line}`)}
                      >
                        {say("提出异议", "Object")}
                      </a>
                    )}
                  </td>
                </tr>
              )}
            </Table>
            {found.next && (
              <p class="no-print">
                <button type="button" class="quiet" onClick={() => setCursor(found.next ?? undefined)}>
                  {say("下一页", "Next page")}
                </button>
              </p>
            )}
          </section>
        )}
      </Shown>
    </>
  );
}
