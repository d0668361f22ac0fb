// How far the figures can be trusted at this moment: the light of the books, how fresh they are, what changed just now.

import { moment, signed } from "../shared/figures";
import { named, say } from "../shared/words";
import type { Board, Books } from "./answers";
import type { Change, Freshness } from "./live";
import { called, isMoney, written } from "./measures";

const CHANGES_SHOWN = 8;

const LIGHTS: Readonly<Record<Books["light"], readonly [string, string, string]>> = {
  green: ["good", "汇总与账簿一致", "Totals equal the books"],
  amber: ["warn", "账簿核对中，部分数据尚在途中", "The books are being compared; some facts are on their way"],
  red: ["bad", "汇总与账簿不一致", "Totals differ from the books"],
};

export function BooksLight({ books }: { books: Books }) {
  const [look, zh, en] = LIGHTS[books.light];
  return (
    <span class={look} data-light={books.light}>
      ● {say(zh, en)}
      {books.unequal > 0 && say(`（${books.unequal} 处）`, ` (${books.unequal} places)`)}
    </span>
  );
}

export function Fresh({ freshness }: { freshness: Freshness }) {
  const { asOf, behind, silentSeconds } = freshness;
  if (asOf === null) return null;
  const at = moment(asOf);
  if (silentSeconds !== null)
    return (
      <p class="message bad" role="alert">
        {say(`连接中断，数据截至 ${at}`, `The connection is lost; the figures are as of ${at}`)}
        <span aria-hidden="true">{say(`（${silentSeconds} 秒前）`, ` (${silentSeconds} s ago)`)}</span>
      </p>
    );
  if (behind === null)
    return (
      <p class="message bad" role="alert">
        {say("汇总暂停更新，正在恢复。", "The totals are not being updated at the moment.")}
      </p>
    );
  return (
    <span class="soft" data-figure="as-of">
      {say(`数据截至 ${at}`, `As of ${at}`)}
      {behind > 0 && say(`，另有 ${behind} 条待入账`, `, ${behind} facts are still to be counted`)}
    </span>
  );
}

export function Changes({ board, changes }: { board: Board; changes: readonly Change[] }) {
  return (
    <section class="panel changes" aria-labelledby="changes-title">
      <div class="panel-head">
        <h2 id="changes-title">{say("最近一分钟", "The last minute")}</h2>
      </div>
      {changes.length === 0 ? (
        <p class="soft">{say("没有变化。", "Nothing has changed.")}</p>
      ) : (
        <ul>
          {changes.slice(0, CHANGES_SHOWN).map((change) => (
            <li key={`${change.at} ${change.programme} ${change.region}`}>
              <b>{named(board.names.regions, change.region)}</b>{" "}
              <span class="soft">{named(board.names.programmes, change.programme)}</span>{" "}
              {(Object.keys(change.by) as (keyof typeof change.by)[])
                .map((measure) => {
                  const amount = change.by[measure] ?? 0;
                  const plus = amount > 0 ? "+" : "";
                  return `${called(measure)} ${isMoney(measure) ? plus + written(measure, amount) : signed(amount)}`;
                })
                .join(say("，", ", "))}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
