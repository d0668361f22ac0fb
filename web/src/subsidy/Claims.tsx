// Claims as a list.

import { useAnswer } from "../shared/answer";
import { all } from "../shared/api";
import { yuan } from "../shared/figures";
import { Listing } from "../shared/Listing";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { named, say } from "../shared/words";
import { type Claim, payment, STATES } from "./claims";

/** The claims that the caller sees; with `named`, by the institutions that made them. */
export function Claims(props: { title: string; empty: string; isNamed?: boolean }) {
  const answer = useAnswer(() => all<Claim>("v1/claims"), []);
  return (
    <Listing id="claims" title={props.title} answer={answer}>
      {(claims) => (
        <Table
          name={props.title}
          rows={claims}
          empty={props.empty}
          columns={[
            [say("申领编号", "Claim"), "text"],
            ...(props.isNamed ? [[say("机构", "Institution"), "text"] as const] : []),
            [say("班级", "Class"), "text"],
            [say("状态", "State"), "text"],
            [say("金额", "Amount")],
            [say("已追回", "Recovered")],
            [say("提交", "Submitted"), "text"],
            [say("拨付", "Payment"), "text"],
          ]}
        >
          {(claim) => (
            <tr key={claim.id} data-claim={claim.local_id}>
              <th class="text" scope="row">
                <Way to={{ claim: claim.id }}>{claim.local_id}</Way>
              </th>
              {props.isNamed && <td class="wrap">{claim.institution_name ?? "—"}</td>}
              <td class="text">{claim.class_local_id ?? "—"}</td>
              <td class="text">
                <span class="badge">{named(STATES, claim.status)}</span>
              </td>
              <td>{yuan(claim.amount_fen)}</td>
              <td>{claim.recovered_fen ? yuan(claim.recovered_fen) : "—"}</td>
              <td class="text">{claim.submitted_on ?? "—"}</td>
              <td class="wrap">{say(...payment(claim))}</td>
            </tr>
          )}
        </Table>
      )}
    </Listing>
  );
}
