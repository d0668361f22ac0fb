// A workplace: for who is signed in and has the role for it. A session that ends says so above the page, which stays as
// it is with everything that was filled in; signing in opens beside it.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { SIGNED_OUT } from "./api";
import { Frame } from "./Frame";
import { type SignedIn, signInAndBack, useSession } from "./session";
import { Way } from "./Way";
import { type Name, say, useLanguage } from "./words";
import "./work.css";

/** Where the workplaces are, by the service that serves them. */
const WORKPLACES: readonly (readonly [string, Name])[] = [
  ["registry", ["培训", "Training"]],
  ["assessment", ["评价与证书", "Assessment"]],
  ["subsidy", ["补贴", "Subsidies"]],
  ["metrics", ["进度", "Progress"]],
];

export function Work(props: {
  title: string | ((me: SignedIn | null) => string);
  here: string;
  roles: readonly string[];
  children: (me: SignedIn) => ComponentChildren;
}) {
  useLanguage();
  const { session, refused, look } = useSession();
  const [me, setMe] = useState<SignedIn | null>(null);
  const [isOut, setOut] = useState(false);
  const signedIn = session?.signed_in ?? null;
  useEffect(() => {
    if (!signedIn) return;
    setOut(false);
    // Somebody else has signed in beside this page: what stood here was not theirs.
    if (me && (me.person !== signedIn.person || me.organisation !== signedIn.organisation || me.role !== signedIn.role))
      location.reload();
    else setMe(signedIn);
  }, [signedIn]);
  useEffect(() => {
    const ended = () => setOut(true);
    const back = () => {
      if (!document.hidden) void look();
    };
    addEventListener(SIGNED_OUT, ended);
    document.addEventListener("visibilitychange", back);
    addEventListener("focus", back);
    return () => {
      removeEventListener(SIGNED_OUT, ended);
      document.removeEventListener("visibilitychange", back);
      removeEventListener("focus", back);
    };
  }, [look]);
  const title = typeof props.title === "string" ? props.title : props.title(me);
  const isAllowed = me !== null && props.roles.includes(me.role);
  const tools = (
    <>
      {me &&
        WORKPLACES.filter(([service]) => session?.pages[service] && service !== props.here).map(([service, name]) => (
          <a key={service} href={`${session?.pages[service]}/`}>
            {say(...name)}
          </a>
        ))}
      <a href={me ? "sign-in" : signInAndBack()}>
        {me ? say("换人或退出", "Change or sign out") : say("登录", "Sign in")}
      </a>
    </>
  );
  return (
    <Frame title={title} tools={tools} {...(me ? { lead: nameOf(session?.people, me) } : {})}>
      {isOut && me && (
        <div class="message bad sticky" role="alert">
          {say(
            "登录已过期。本页内容不会丢失，请 ",
            "You were signed out after a pause. Nothing on this page is lost: ",
          )}
          <a href="sign-in" target="_blank" rel="noopener opener">
            {say("重新登录", "sign in again")}
          </a>
          {say("，再继续。", ", then go on.")}
        </div>
      )}
      {!session && !refused && <p role="status">{say("正在读取……", "Loading …")}</p>}
      {refused && !me && (
        <p class="message bad" role="alert">
          {say(...refused.words)}
        </p>
      )}
      {session && !me && !signedIn && (
        <div class="message">
          <p>{say("请先登录。", "Sign in first.")}</p>
          <p>
            <a href={signInAndBack()}>{say("前往登录", "To the sign-in page")}</a>
          </p>
        </div>
      )}
      {me && !isAllowed && (
        <p class="message">
          {say(
            "本页供其他岗位使用；请从右上角进入您的工作页面，或换人登录。",
            "This page is for another role. Go to yours above, or sign in as somebody else.",
          )}
        </p>
      )}
      {isAllowed && props.children(me)}
    </Frame>
  );
}

/** Who is signed in, as the list to choose from names them; without it their own id. */
function nameOf(people: readonly { name_zh: string; name_en: string; is_me: boolean }[] | undefined, me: SignedIn) {
  const found = people?.find((each) => each.is_me);
  return found ? say(found.name_zh, found.name_en) : me.person;
}

/** Ways through a workplace: real links, whose views are in the address. `clear` names what belongs to one view. */
export function Ways(props: {
  name: string;
  parameter: string;
  now: string;
  clear?: readonly string[];
  ways: readonly (readonly [string, string])[];
}) {
  const cleared = Object.fromEntries((props.clear ?? []).map((name) => [name, null]));
  return (
    <nav class="ways no-print" aria-label={props.name}>
      {props.ways.map(([code, words]) => (
        <Way key={code} to={{ ...cleared, [props.parameter]: code }} isNow={code === props.now}>
          {words}
        </Way>
      ))}
    </nav>
  );
}
