// Money: what can be paid and the batches for it, what comes back, what waits for a second person, budgets, statements.

import { useAddress } from "../shared/address";
import type { SignedIn } from "../shared/session";
import { Ways } from "../shared/Work";
import { say, useLanguage } from "../shared/words";
import { Accounts } from "./Accounts";
import { Appeals, AppealsOfClaim } from "./Appeals";
import { Batches } from "./Batches";
import { Budgets } from "./Budgets";
import { ClaimPage } from "./ClaimPage";
import { Claims } from "./Claims";
import { DoublePayments } from "./DoublePayments";
import { MoneyBack } from "./MoneyBack";
import { Proposals } from "./Proposals";
import { Recoveries } from "./Recoveries";
import { Statements } from "./Statements";

export function Finance({ me }: { me: SignedIn }) {
  useLanguage();
  const address = useAddress();
  const isFinance = me.role === "finance";
  const view = address.get("view") ?? (isFinance ? "batches" : "budgets");
  const claim = address.get("claim");
  return (
    <>
      <Ways
        name={say("资金", "Money")}
        parameter="view"
        now={view}
        clear={["claim", "batch", "file", "status"]}
        ways={[
          ...(isFinance ? [["batches", say("拨付批次", "Payment batches")] as const] : []),
          ["proposals", say("待复核", "For a second person")],
          ["accounts", say("收款账户", "Accounts")],
          ["budgets", say("预算", "Budgets")],
          ["recoveries", say("应追回", "Owed back")],
          ["double-payments", say("重复付款", "Paid twice")],
          ["claims", say("全部申领", "All claims")],
          ...(isFinance ? [] : [["appeals", say("申诉", "Appeals")] as const]),
          ["statements", say("对账单", "Statements")],
        ]}
      />
      <div class="stack">
        {claim && (
          <ClaimPage
            key={claim}
            id={claim}
            {...(isFinance
              ? { beside: (found, again) => <MoneyBack claim={found} me={me} again={again} /> }
              : { beside: (found) => <AppealsOfClaim claim={found} isReading /> })}
          />
        )}
        {!claim && view === "batches" && isFinance && <Batches me={me} />}
        {!claim && view === "proposals" && <Proposals me={me} />}
        {!claim && view === "accounts" && (isFinance ? <Accounts /> : <Accounts isReading />)}
        {!claim && view === "budgets" && <Budgets isProvince={!isFinance} />}
        {!claim && view === "recoveries" && <Recoveries isFinance={isFinance} />}
        {!claim && view === "double-payments" && <DoublePayments me={me} />}
        {!claim && view === "statements" && <Statements />}
        {!claim && view === "appeals" && !isFinance && <Appeals me={me} />}
        {!claim && view === "claims" && (
          <Claims
            title={say("全部申领", "All claims")}
            empty={say("本地区还没有申领。", "There is no claim in the region.")}
            isNamed
          />
        )}
      </div>
    </>
  );
}
