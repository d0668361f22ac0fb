// The blocks of certificate numbers of a body: what is issued, void, and left of each.

import { useAnswer } from "../shared/answer";
import { all, ask } from "../shared/api";
import { whole } from "../shared/figures";
import { Listing } from "../shared/Listing";
import { Table } from "../shared/Wide";
import { say } from "../shared/words";
import type { Names } from "./sessions";

interface Block {
  id: string;
  year: number;
  first_serial: number;
  last_serial: number;
  ended_at: string | null;
}

interface Account {
  block: Block;
  issued: number;
  void: number;
  left: number;
  unexplained: number;
}

async function read(body: string): Promise<Account[]> {
  const blocks = await all<Block>(`v1/bodies/${body}/number-blocks`);
  return Promise.all(blocks.map((each) => ask<Account>(`v1/number-blocks/${each.id}/account`)));
}

export function Numbers(props: { names: Names }) {
  const { body } = props.names;
  const answer = useAnswer(() => read(body.id), [body.id]);
  const title = say("证书号段", "Blocks of numbers");
  return (
    <Listing id="numbers" title={title} answer={answer}>
      {(found) => (
        <Table
          name={title}
          rows={found}
          empty={say(
            "没有分配号段：证书按当年的流水号依次编号。",
            "No block was given: certificates take the numbers of the year in order.",
          )}
          columns={[
            [say("年度", "Year"), "text"],
            [say("号段", "Serials"), "text"],
            [say("已发", "Issued")],
            [say("作废", "Void")],
            [say("剩余", "Left")],
            [say("缺号", "Unexplained")],
          ]}
        >
          {({ block, ...account }) => (
            <tr key={block.id}>
              <th class="text" scope="row">
                {block.year}
              </th>
              <td class="text">
                {block.first_serial}–{block.last_serial}
              </td>
              <td>{whole(account.issued)}</td>
              <td>{whole(account.void)}</td>
              <td data-figure="left">{whole(account.left)}</td>
              <td class={account.unexplained ? "bad" : undefined}>{whole(account.unexplained)}</td>
            </tr>
          )}
        </Table>
      )}
    </Listing>
  );
}
