// Paid lines that no longer rest on what they were paid for, and proposing to take the money back.

import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { useDecisions } from "../shared/Decisions";
import { yuan } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { Opener, OpeningRow, useOpening } from "../shared/Opening";
import { placeName, usePlaces } from "../shared/places";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { say } from "../shared/words";
import { claimsOf } from "./claims";

interface Owed {
  claim_id: string;
  line: number;
  region: string;
  amount_fen: number;
  owed: { since?: string; title_zh?: string; title_en?: string };
}

async function read() {
  const lines = await all<Owed>("v1/owed-lines");
  return { lines, claims: await claimsOf(lines) };
}

export function Recoveries(props: { isFinance: boolean }) {
  const answer = useAnswer(read, []);
  const places = usePlaces();
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("应追回的明细", "Lines that are owed back");
  return (
    <Listing id="owed" title={title} told={told} answer={answer}>
      {({ lines, claims }) => (
        <Table
          name={title}
          rows={lines}
          empty={say("没有应追回的明细。", "Nothing is owed back.")}
          columns={[
            [say("申领与行", "Claim and line"), "text"],
            [say("机构", "Institution"), "text"],
            [say("地区", "Region"), "text"],
            [say("原因", "Why"), "text"],
            [say("已拨付", "Paid")],
            [say("办理", "Do"), "text no-print"],
          ]}
        >
          {(one) => {
            const claim = claims.get(one.claim_id);
            const key = `${one.claim_id}-${one.line}`;
            const about = say(
              `申领 ${claim?.local_id ?? ""} 第 ${one.line} 行`,
              `Claim ${claim?.local_id ?? ""}, line ${one.line}`,
            );
            return (
              <OpeningRow
                key={key}
                opening={opening}
                id={key}
                columns={6}
                data={{ "data-owed": one.line }}
                cells={
                  <>
                    <th class="text" scope="row">
                      <Way to={{ claim: one.claim_id }}>{about}</Way>
                    </th>
                    <td class="wrap">{claim?.institution_name ?? "—"}</td>
                    <td class="text">{placeName(places, one.region)}</td>
                    <td class="wrap">{say(one.owed.title_zh ?? "—", one.owed.title_en ?? "—")}</td>
                    <td>{yuan(one.amount_fen)}</td>
                    <td class="text no-print">
                      {props.isFinance && (
                        <Opener
                          opening={opening}
                          id={key}
                          label={say(`提出追回：${about}`, `Propose to recover: ${about}`)}
                        >
                          {say("提出追回", "Recover")}
                        </Opener>
                      )}
                    </td>
                  </>
                }
              >
                <Form
                  name={say("提出追回", "Propose to recover")}
                  button={say("提出追回", "Propose it")}
                  send={(filled, sent) =>
                    decide(
                      about,
                      ["已提出追回，等待另一名财务人员复核。", "is proposed; another person of finance confirms."],
                      () =>
                        post(
                          `v1/claims/${one.claim_id}/recovery`,
                          { lines: [one.line], cause: "ground_lost", reason: filled.reason },
                          sent,
                        ),
                    )
                  }
                >
                  <Field name="reason" label={say("理由", "Reason")} minLength={2} maxLength={500} required />
                </Form>
              </OpeningRow>
            );
          }}
        </Table>
      )}
    </Listing>
  );
}
