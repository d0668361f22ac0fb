// The workplaces of the subsidy service: claims and quotes of an institution, the list of a reviewer, and finance.

import { useAddress } from "../shared/address";
import { post } from "../shared/api";
import { Field, Form } from "../shared/forms";
import type { SignedIn } from "../shared/session";
import { Ways, Work } from "../shared/Work";
import { type Name, say, useLanguage } from "../shared/words";
import { Accounts } from "./Accounts";
import { Appeals, AppealsOfClaim } from "./Appeals";
import { ClaimPage } from "./ClaimPage";
import { Claims } from "./Claims";
import type { WholeClaim } from "./claims";
import { Finance } from "./Finance";
import { Quotes } from "./Quotes";
import { Reviewer } from "./Review";

const TITLES: Readonly<Record<string, Name>> = {
  reviewer: ["补贴审核", "Review of subsidies"],
  finance: ["补贴资金", "Money of subsidies"],
  province: ["补贴资金", "Money of subsidies"],
  county_officer: ["本地区补贴申领", "Claims of the region"],
};

export function Subsidy() {
  useLanguage();
  return (
    <Work
      title={(me) => say(...(TITLES[me?.role ?? ""] ?? ["补贴申领", "Claims of subsidies"]))}
      here="subsidy"
      roles={["institution", "reviewer", "finance", "province", "county_officer"]}
    >
      {(me) => <Workplace me={me} />}
    </Work>
  );
}

function Workplace({ me }: { me: SignedIn }) {
  if (me.role === "institution") return <Institution me={me} organisation={me.organisation ?? ""} />;
  if (me.role === "reviewer") return <Reviewer me={me} />;
  if (me.role === "county_officer") return <Region />;
  return <Finance me={me} />;
}

/** Officers of a region look on. */
function Region() {
  useLanguage();
  const claim = useAddress().get("claim");
  if (claim)
    return (
      <div class="stack">
        <ClaimPage key={claim} id={claim} beside={(found) => <AppealsOfClaim claim={found} isForPerson />} />
      </div>
    );
  return (
    <Claims
      title={say("本地区的申领", "Claims of the region")}
      empty={say("还没有申领。", "There is no claim.")}
      isNamed
    />
  );
}

function Institution(props: { me: SignedIn; organisation: string }) {
  useLanguage();
  const address = useAddress();
  const view = address.get("view") ?? "claims";
  const claim = address.get("claim");
  return (
    <>
      <Ways
        name={say("补贴", "Subsidies")}
        parameter="view"
        now={view}
        clear={["claim"]}
        ways={[
          ["claims", say("我的申领", "My claims")],
          ["quotes", say("测算", "Quotes")],
          ["appeals", say("申诉", "Appeals")],
          ["accounts", say("收款账户", "Account")],
        ]}
      />
      <div class="stack">
        {view === "quotes" && <Quotes />}
        {view === "appeals" && !claim && <Appeals me={props.me} />}
        {view === "accounts" && <Accounts institution={props.organisation} />}
        {claim && view !== "quotes" && view !== "accounts" && (
          <ClaimPage
            key={claim}
            id={claim}
            steps={(found, again) => <Steps claim={found} again={again} />}
            beside={(found) => <AppealsOfClaim claim={found} />}
          />
        )}
        {view === "claims" && !claim && (
          <Claims
            title={say("我的申领", "My claims")}
            empty={say(
              "还没有申领。班级结班、学员取证后，可以先测算再申领。",
              "There is no claim yet. Once a class is completed and certified, ask for a quote, then claim.",
            )}
          />
        )}
      </div>
    </>
  );
}

/** What the institution may do with a draft or a claim that was returned. */
function Steps(props: { claim: WholeClaim; again: () => void }) {
  const { claim, again } = props;
  const base = `v1/claims/${claim.id}`;
  const doing = (noun: string) => async (filled: Readonly<Record<string, string>>, key: string) => {
    await post(`${base}/${noun}`, noun === "withdrawal" ? filled : undefined, `${key}-${noun}`);
    again();
  };
  const isOpen = claim.status === "draft" || claim.status === "returned";
  if (!isOpen && claim.status !== "submitted") return null;
  return (
    <div class="sides no-print">
      {isOpen && (
        <Form
          name={say("提交申领", "Submit the claim")}
          button={say("提交申领", "Submit it")}
          send={doing("submission")}
        >
          <p class="soft">{say("提交后由审核人员审核。", "A reviewer decides on it then.")}</p>
        </Form>
      )}
      {isOpen && (
        <Form
          name={say("重新生成", "Build it again")}
          button={say("重新生成", "Build it again")}
          send={doing("rebuild")}
        >
          <p class="soft">
            {say(
              "名册、证书有更正时，按现在的情况重新计算各行。",
              "Computes each line again from what is recorded now.",
            )}
          </p>
        </Form>
      )}
      <Form name={say("撤回申领", "Withdraw the claim")} button={say("撤回", "Withdraw it")} send={doing("withdrawal")}>
        <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} />
      </Form>
    </div>
  );
}
