// The workplace of assessment: a body's sessions from filing to certificates, examiners and numbers; what officers
// approve; and for institutions the certificates of their trainees.

import { useAddress } from "../shared/address";
import { Shown } from "../shared/answer";
import type { SignedIn } from "../shared/session";
import { Ways, Work } from "../shared/Work";
import { say, useLanguage } from "../shared/words";
import { Appeals } from "./Appeals";
import { Certificates } from "./Certificates";
import { Examiners } from "./Examiners";
import { FileSession } from "./FileSession";
import { Numbers } from "./Numbers";
import { Publications } from "./Publications";
import { SessionPage } from "./SessionPage";
import { Sessions } from "./Sessions";
import { useNames } from "./sessions";
import { Waiting } from "./Waiting";

export function Assessment() {
  useLanguage();
  return (
    <Work
      title={say("评价与证书", "Assessment and certificates")}
      here="assessment"
      roles={["institution", "assessment_body", "county_officer", "province"]}
    >
      {(me) => <Workplace me={me} />}
    </Work>
  );
}

function Workplace({ me }: { me: SignedIn }) {
  if (me.role === "institution") return <Certificates />;
  if (me.role === "assessment_body") return <Centre me={me} organisation={me.organisation ?? ""} />;
  return <Officer me={me} />;
}

function Officer({ me }: { me: SignedIn }) {
  useLanguage();
  const view = useAddress().get("view") ?? "sessions";
  return (
    <>
      <Ways
        name={say("评价", "Assessment")}
        parameter="view"
        now={view}
        ways={[
          ["sessions", say("待批准的考试", "Sessions to approve")],
          ["public", say("公示中的成绩", "Results in public")],
          ["appeals", say("成绩申诉", "Appeals")],
        ]}
      />
      <div class="stack">
        {view === "sessions" && <Waiting />}
        {view === "public" && <Publications />}
        {view === "appeals" && <Appeals me={me} />}
      </div>
    </>
  );
}

function Centre(props: { me: SignedIn; organisation: string }) {
  useLanguage();
  const address = useAddress();
  const view = address.get("view") ?? "sessions";
  const session = address.get("session");
  const answer = useNames(props.organisation);
  return (
    <>
      <Ways
        name={say("评价", "Assessment")}
        parameter="view"
        now={view}
        clear={["session", "part", "file"]}
        ways={[
          ["sessions", say("考试场次", "Sessions")],
          ["file", say("报备考试", "File a session")],
          ["appeals", say("成绩申诉", "Appeals")],
          ["examiners", say("考评员", "Examiners")],
          ["certificates", say("已发证书", "Certificates")],
          ["numbers", say("证书号段", "Numbers")],
        ]}
      />
      <Shown answer={answer}>
        {(names) => (
          <div class="stack">
            {view === "sessions" && session && <SessionPage key={session} id={session} names={names} />}
            {view === "sessions" && !session && <Sessions names={names} />}
            {view === "file" && <FileSession names={names} />}
            {view === "appeals" && <Appeals me={props.me} />}
            {view === "examiners" && <Examiners names={names} />}
            {view === "certificates" && <Certificates />}
            {view === "numbers" && <Numbers names={names} />}
          </div>
        )}
      </Shown>
    </>
  );
}
