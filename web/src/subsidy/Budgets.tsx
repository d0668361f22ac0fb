// Budgets: what may be spent, what is bound, paid and free; the province proposes a total.

import { useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { fenOf, money, yuan } from "../shared/figures";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { placeName, usePlaces } from "../shared/places";
import { Table } from "../shared/Wide";
import { named, say } from "../shared/words";
import { FUNDS } from "./claims";

interface Budget {
  id: string;
  region: string;
  fund_source: string;
  year: number;
  total_fen: number;
  committed_fen: number;
  paid_fen: number;
  recovered_fen: number;
  reserved_fen: number;
  free_fen: number;
}

/** A sum at a glance, with the exact one at hand. */
function Sum(props: { fen: number }) {
  return <span title={yuan(props.fen)}>{money(props.fen)}</span>;
}

export function Budgets(props: { isProvince: boolean }) {
  const answer = useAnswer(() => all<Budget>("v1/budgets"), []);
  const places = usePlaces();
  const title = say("预算", "Budgets");
  return (
    <>
      <Listing id="budgets" title={title} answer={answer}>
        {(found) => (
          <Table
            name={title}
            rows={found}
            empty={say("还没有预算。", "There is no budget yet.")}
            columns={[
              [say("地区", "Region"), "text"],
              [say("资金来源", "Fund"), "text"],
              [say("年度", "Year"), "text"],
              [say("总额", "Total")],
              [say("已批准", "Approved")],
              [say("已拨付", "Paid")],
              [say("已追回", "Recovered")],
              [say("审核中", "Asked for")],
              [say("可用", "Free")],
            ]}
          >
            {(one) => (
              <tr key={one.id} data-budget={one.region}>
                <th class="text" scope="row">
                  {placeName(places, one.region)}
                </th>
                <td class="text">{named(FUNDS, one.fund_source)}</td>
                <td class="text">{one.year}</td>
                <td>
                  <Sum fen={one.total_fen} />
                </td>
                <td>
                  <Sum fen={one.committed_fen} />
                </td>
                <td>
                  <Sum fen={one.paid_fen} />
                </td>
                <td>
                  <Sum fen={one.recovered_fen} />
                </td>
                <td>
                  <Sum fen={one.reserved_fen} />
                </td>
                <td class={one.free_fen > 0 ? "good" : "bad"}>
                  <Sum fen={one.free_fen} />
                </td>
              </tr>
            )}
          </Table>
        )}
      </Listing>
      {props.isProvince && <Propose />}
    </>
  );
}

function Propose() {
  const places = usePlaces();
  const labels = {
    region: say("地区", "Region"),
    fund_source: say("资金来源", "Fund"),
    year: say("年度", "Year"),
    amount_fen: say("总额（元）", "Total (yuan)"),
    reason: say("依据", "Ground"),
  };
  const send = async (filled: Filled, key: string) => {
    const { yuan: sum, year, ...others } = filled;
    await post("v1/budgets", { ...others, year: Number(year), amount_fen: fenOf(sum ?? "") }, key);
  };
  // The regions that report have the province above them.
  const reporting = [...places.values()].filter((each) => each.parent && !places.get(each.parent)?.parent);
  return (
    <section class="panel no-print" aria-labelledby="propose-title">
      <details>
        <summary>
          <h2 id="propose-title" class="in-line">
            {say("提出预算总额", "Propose a total")}
          </h2>
        </summary>
        <p class="soft">{say("由另一名省级人员复核后生效。", "Another person of the province confirms it.")}</p>
        <Form
          name={say("提出预算总额", "Propose a total")}
          class="grid"
          labels={labels}
          button={say("提出", "Propose")}
          send={send}
        >
          <Choice
            name="region"
            label={labels.region}
            options={reporting.map((each) => [each.code, placeName(places, each.code)])}
          />
          <Choice
            name="fund_source"
            label={labels.fund_source}
            options={Object.entries(FUNDS).map(([code, name]) => [code, say(...name)])}
          />
          <Field name="year" type="number" min="2000" max="2100" label={labels.year} required />
          <Field name="yuan" type="number" min="0" step="0.01" label={labels.amount_fen} required />
          <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
        </Form>
      </details>
    </section>
  );
}
