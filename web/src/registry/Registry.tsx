// The workplace of an institution: its classes, filing one, rosters by file, and one class with all that belongs to it.
// For officers: what waits for them.

import { useAddress } from "../shared/address";
import { Shown } from "../shared/answer";
import { type Catalogue, useCatalogue } from "../shared/names";
import { Ways, Work } from "../shared/Work";
import { say, useLanguage } from "../shared/words";
import { Classes } from "./Classes";
import { ClassPage } from "./ClassPage";
import { FileClass } from "./FileClass";
import { RosterFiles } from "./RosterFiles";
import { Worklist } from "./Worklist";

export function Registry() {
  useLanguage();
  return (
    <Work
      title={say("培训工作台", "Workplace for trainings")}
      here="registry"
      roles={["institution", "county_officer", "province"]}
    >
      {(me) =>
        me.role === "institution" ? (
          <Institution organisation={me.organisation ?? ""} />
        ) : (
          <Worklist person={me.person} />
        )
      }
    </Work>
  );
}

function Institution(props: { organisation: string }) {
  useLanguage();
  const address = useAddress();
  const catalogue = useCatalogue();
  const view = address.get("view") ?? "classes";
  const classId = address.get("class");
  return (
    <>
      <Ways
        name={say("工作台", "Workplace")}
        parameter="view"
        now={view}
        ways={[
          ["classes", say("我的班级", "My classes")],
          ["file", say("报备新班", "File a class")],
          ["rosters", say("名册文件", "Roster files")],
        ]}
      />
      <Shown answer={catalogue}>
        {(names: Catalogue) => (
          <div class="stack">
            {view === "file" && <FileClass organisation={props.organisation} names={names} />}
            {view === "rosters" && <RosterFiles />}
            {view === "classes" && classId && <ClassPage key={classId} id={classId} names={names} />}
            {view === "classes" && !classId && <Classes names={names} />}
          </div>
        )}
      </Shown>
    </>
  );
}
