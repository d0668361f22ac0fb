// Accounts to which institutions are paid: entered by one person, confirmed by another. Of a number, nobody sees more
// than the last digits.

import { useState } from "preact/hooks";
import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import type { Claim } from "./claims";

interface Account {
  id: string;
  institution_id: string;
  holder: string;
  bank: string;
  ending: string;
  status: string;
  entered_by: string;
}

const STATES: Readonly<Record<string, Name>> = {
  entered: ["待复核", "For a second person"],
  current: ["使用中", "In use"],
  replaced: ["已更换", "Replaced"],
  rejected: ["未通过", "Rejected"],
};

/** Those of `institution`; without it, of all in sight, by whoever handles their money. */
export function Accounts(props: { institution?: string; isReading?: boolean }) {
  const answer = useAnswer(() => all<Account>("v1/payee-accounts"), []);
  const title = say("收款账户", "Accounts of payees");
  return (
    <>
      {!props.isReading && <Enter institution={props.institution} done={answer.again} />}
      <Listing id="accounts" title={title} answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={[...found].reverse()}
            empty={say(
              "还没有登记收款账户，没有账户不能拨付。",
              "There is no account yet; nothing is paid without one.",
            )}
            caption={say("账号只显示末四位。", "Of a number, the last four digits are shown.")}
            columns={[
              [say("户名", "Holder"), "text"],
              [say("开户行", "Bank"), "text"],
              [say("账号", "Number"), "text"],
              [say("状态", "State"), "text"],
              [say("登记人", "Entered by"), "text"],
            ]}
          >
            {(one) => (
              <tr key={one.id} data-account={one.status}>
                <th class="text wrap" scope="row">
                  {one.holder}
                </th>
                <td class="wrap">{one.bank}</td>
                <td class="text">…{one.ending}</td>
                <td class="text">
                  <span class={one.status === "current" ? "badge good" : "badge"}>{named(STATES, one.status)}</span>
                </td>
                <td class="text">{one.entered_by}</td>
              </tr>
            )}
          </Table>
        )}
      </Listing>
    </>
  );
}

/** The institutions that claim, by their names. */
async function payees(): Promise<[string, string][]> {
  const claims = await all<Claim>("v1/claims");
  return [...new Map(claims.map((each) => [each.institution_id, each.institution_name ?? each.institution_id]))];
}

function Enter(props: { institution: string | undefined; done: () => void }) {
  const { institution } = props;
  const institutions = useAnswer(async () => (institution ? [] : await payees()), [institution]);
  const [turn, setTurn] = useState(0);
  const labels = {
    institution_id: say("收款机构", "Institution"),
    holder: say("户名", "Holder"),
    bank: say("开户行", "Bank and branch"),
    bank_code: say("联行号", "Number of the branch"),
    number: say("账号", "Number"),
    reason: say("依据", "Ground"),
  };
  const send = async (filled: Filled, key: string) => {
    await post("v1/payee-accounts", { institution_id: institution, ...filled }, key);
    setTurn((before) => before + 1);
    props.done();
  };
  return (
    <section class="panel no-print" aria-labelledby="enter-title">
      <details>
        <summary>
          <h2 id="enter-title" class="in-line">
            {say("登记收款账户", "Enter an account")}
          </h2>
        </summary>
        <p class="soft">
          {say(
            "由另一名财务或省级人员复核后启用，之前的账户继续使用。",
            "It is in use once another person of finance confirms it.",
          )}
        </p>
        {turn > 0 && (
          <p class="message" role="status">
            {say("已登记，等待复核。", "It is entered; another person confirms it.")}
          </p>
        )}
        <Form
          key={turn}
          name={say("登记收款账户", "Enter an account")}
          class="grid"
          labels={labels}
          button={say("登记", "Enter it")}
          send={send}
        >
          {!institution && (
            <Choice name="institution_id" label={labels.institution_id} options={institutions.found ?? []} />
          )}
          <Field name="holder" label={labels.holder} maxLength={100} required />
          <Field name="bank" label={labels.bank} maxLength={100} required />
          <Field
            name="bank_code"
            label={labels.bank_code}
            hint={say("12 位数字", "Twelve digits")}
            pattern="[0-9]{12}"
            required
          />
          <Field name="number" label={labels.number} minLength={8} maxLength={60} required />
          <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
        </Form>
      </details>
    </section>
  );
}
