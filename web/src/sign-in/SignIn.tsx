// Signing in: who you are, and on one machine whom to choose to be. It holds for the pages of all services.

import { useState } from "preact/hooks";
import { Refused } from "../shared/api";
import { Frame } from "../shared/Frame";
import "../shared/forms.css";
import { useSession } from "../shared/session";
import { type Name, say, useLanguage } from "../shared/words";

const ROLES: readonly (readonly [string, Name])[] = [
  ["province", ["省级", "Province"]],
  ["county_officer", ["市、县", "Cities and counties"]],
  ["reviewer", ["审核", "Reviewers"]],
  ["finance", ["财务", "Finance"]],
  ["institution", ["培训机构", "Training institutions"]],
  ["assessment_body", ["评价机构", "Assessment bodies"]],
];

export function SignIn() {
  useLanguage();
  const { session, refused, begin, end } = useSession();
  const [wrong, setWrong] = useState<Name | null>(null);
  const doing = (step: () => Promise<void>) => async () => {
    setWrong(null);
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error.words);
    }
  };
  const words = wrong ?? refused?.words;
  return (
    <Frame title={say("登录", "Sign in")}>
      <div class="narrow">
        {words && (
          <p class="message bad" role="alert">
            {say(...words)}
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
              <button type="button" class="quiet" onClick={doing(end)}>
                {say("退出登录", "Sign out")}
              </button>
            </p>
          </section>
        )}
        {session && session.people.length === 0 && !session.signed_in && (
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
            {ROLES.map(([role, name]) => {
              const people = session.people.filter((each) => each.role === role);
              return (
                people.length > 0 && (
                  <section key={role} aria-labelledby={`role-${role}`}>
                    <h3 id={`role-${role}`}>{say(...name)}</h3>
                    <ul class="people">
                      {people.map((each) => (
                        <li key={each.id}>
                          <button type="button" class="quiet" onClick={doing(() => begin(each.id))}>
                            {say(each.name_zh, each.name_en)}
                          </button>
                        </li>
                      ))}
                    </ul>
                  </section>
                )
              );
            })}
          </section>
        )}
      </div>
    </Frame>
  );
}

function roleOf(role: string): Name {
  return ROLES.find(([code]) => code === role)?.[1] ?? [role, role];
}
