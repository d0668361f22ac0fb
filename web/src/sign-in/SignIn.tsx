// Signing in: who you are, and on one machine whom to choose to be. It holds for the pages of all services.

import { useEffect, useState } from "preact/hooks";
import { change, given } from "../shared/address";
import { ask, type Problem, path, Refused, wordsOf } from "../shared/api";
import { Frame } from "../shared/Frame";
import "../shared/forms.css";
import { useSession } from "../shared/session";
import "../shared/work.css";
import { type Name, say, useLanguage } from "../shared/words";

interface Role {
  code: string;
  name: Name;
  /** What they do here. */
  does: Name;
}

const ROLES: readonly Role[] = [
  {
    code: "province",
    name: ["省级", "Province"],
    does: ["看全省进度，定预算和规则，复核", "Follows the whole province, sets budgets and rules, confirms"],
  },
  {
    code: "county_officer",
    name: ["市、县", "Cities and counties"],
    does: ["审批班级和考试，核查、巡查", "Approve classes and exams, check and patrol"],
  },
  {
    code: "reviewer",
    name: ["审核", "Reviewers"],
    does: ["初审、复审补贴申领，答复异议", "Review claims, answer objections"],
  },
  {
    code: "finance",
    name: ["财务", "Finance"],
    does: ["编制批次、送盘回盘、追回", "Batches, bank files and recoveries"],
  },
  {
    code: "auditor",
    name: ["审计", "Auditors"],
    does: ["只读：核对申领、台账与证据", "Read claims, the ledger and evidence, and write nothing"],
  },
  {
    code: "institution",
    name: ["培训机构", "Training institutions"],
    does: ["报备班级、名册、考勤，申领补贴", "File classes, rosters and attendance, claim subsidies"],
  },
  {
    code: "assessment_body",
    name: ["评价机构", "Assessment bodies"],
    does: ["报备考试，登记成绩，颁发证书", "File exams, record results, issue certificates"],
  },
];

/** What is said to who has come back from signing out. */
const ENDED: Readonly<Record<string, Name>> = {
  provider: ["已退出登录。", "You are signed out."],
  here: [
    "已退出本系统。您的账号在统一登录服务中的登录可能仍然有效；使用公用电脑时，请在该账号的页面一并退出。",
    "You are signed out of this system. Your account may still be signed in with its provider: on a machine that " +
      "people share, sign out there as well.",
  ],
};
const FAILED = /^sign-in-[a-z-]+$/;

/** Why the sign-in with the provider failed that led here, in the words of the service. */
async function failure(): Promise<Name | null> {
  const code = given().get("failed") ?? "";
  change({ failed: null }, { replace: true });
  return FAILED.test(code) ? wordsOf(await ask<Problem>(`problems/${code}`)) : null;
}

export function SignIn() {
  useLanguage();
  const { session, refused, begin, end } = useSession();
  const [wrong, setWrong] = useState<Name | null>(null);
  const [ended] = useState(() => ENDED[given().get("ended") ?? ""]);
  const doing = (step: () => Promise<void>) => async () => {
    setWrong(null);
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error.words);
    }
  };
  const leave = async () => {
    const isByProvider = session?.by_provider ?? false;
    await end();
    if (isByProvider) location.assign("session/provider/end");
  };
  useEffect(() => {
    change({ ended: null }, { replace: true });
    failure().then(setWrong, () => {});
  }, []);
  const words = wrong ?? refused?.words;
  return (
    <Frame
      title={say("登录", "Sign in")}
      lead={say("登录一次，各工作页面通用。", "One sign-in holds for the pages of all services.")}
    >
      <div class="stack">
        {words && (
          <p class="message bad" role="alert">
            {say(...words)}
          </p>
        )}
        {ended && !session?.signed_in && (
          <p class="message" role="status">
            {say(...ended)}
          </p>
        )}
        {!session && !refused && <p role="status">{say("正在读取……", "Loading …")}</p>}
        {session?.signed_in && (
          <section class="panel" aria-labelledby="now-title">
            <h2 id="now-title">{say("您已登录", "You are signed in")}</h2>
            <p role="status" data-figure="signed-in">
              {say(...roleOf(session.signed_in.role))} · {session.signed_in.person}
            </p>
            <p class="row">
              <a href="./">{say("前往工作页面", "To your page")}</a>
              <button type="button" class="quiet" onClick={doing(leave)}>
                {say("退出登录", "Sign out")}
              </button>
            </p>
          </section>
        )}
        {session?.provider && (
          <section class="panel" aria-labelledby="provider-title">
            <h2 id="provider-title">{say("使用账号登录", "Sign in with an account")}</h2>
            <p>
              <a class="button" href={path("session/provider", { to: given().get("to") ?? undefined })}>
                {say(`使用${session.provider.name_zh}登录`, `Sign in with ${session.provider.name_en}`)}
              </a>
            </p>
            <p class="soft small">
              {say(
                "使用公用电脑时，用完请退出登录：退出后会转到该账号的退出页面。",
                "On a machine that people share, sign out when you are done: that leads on to signing out of the account.",
              )}
            </p>
          </section>
        )}
        {session && !session.provider && session.people.length === 0 && !session.signed_in && (
          <p class="message">
            {say(
              "本系统未开放在此登录，请与管理员联系。",
              "There is no way to sign in here; ask the administrator of the system.",
            )}
          </p>
        )}
        {session && session.people.length > 0 && (
          <section class="panel" aria-labelledby="people-title">
            <h2 id="people-title">{say("样例环境：选择身份", "Sandbox: choose whom to be")}</h2>
            <p class="soft">
              {say("数据均为虚构，任何人可以任选一个身份试用。", "All data is invented; be whom you like and try it.")}
            </p>
            <div class="cards">
              {ROLES.map((role) => {
                const people = session.people.filter((each) => each.role === role.code);
                return (
                  people.length > 0 && (
                    <section key={role.code} class="card" aria-labelledby={`role-${role.code}`}>
                      <h3 id={`role-${role.code}`}>{say(...role.name)}</h3>
                      <p class="soft small">{say(...role.does)}</p>
                      <ul class="people">
                        {people.map((each) => (
                          <li key={each.id}>
                            <button
                              type="button"
                              class="quiet"
                              aria-pressed={each.is_me ? "true" : undefined}
                              onClick={doing(() => begin(each.id))}
                            >
                              {say(each.name_zh, each.name_en)}
                            </button>
                          </li>
                        ))}
                      </ul>
                    </section>
                  )
                );
              })}
            </div>
          </section>
        )}
      </div>
    </Frame>
  );
}

function roleOf(role: string): Name {
  return ROLES.find(({ code }) => code === role)?.name ?? [role, role];
}
