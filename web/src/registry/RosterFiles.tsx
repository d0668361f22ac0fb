// Rosters by file, of one class or of the classes that the rows name.

import { useId } from "preact/hooks";
import { change, useAddress } from "../shared/address";
import { useAnswer } from "../shared/answer";
import { all } from "../shared/api";
import { Files, type Kind, type PostedFile } from "../shared/Files";
import { say } from "../shared/words";
import type { ClassInHand } from "./classes";

interface RosterFile extends PostedFile {
  class_id: string | null;
}

const ROSTERS: Kind = {
  base: "v1/roster-files",
  title: ["用文件报送名册", "Post a roster file"],
  lead: [
    "先“试算”看哪些行会被退回，再“报送”登记。同一文件再报送一次，不会重复登记。",
    "Try the file first to see which rows would be refused, then register it. The same file twice registers nobody twice.",
  ],
  choose: ["选择名册文件，或拖到这里", "Choose a roster file, or drop it here"],
  send: ["报送并登记", "Register the trainees"],
  file: ["名册文件", "Roster file"],
  template: ["学员名册模板", "roster-template"],
  unit: ["人", "trainees"],
};

export function RosterFiles() {
  const id = useId();
  const classId = useAddress().get("for") ?? "";
  const answer = useAnswer(() => all<ClassInHand>("v1/classes/next-steps"), []);
  const classes = answer.found ?? [];
  const about = (file: RosterFile) => {
    const one = classes.find((each) => each.id === file.class_id);
    return one ? say(`班级 ${one.local_id}`, `class ${one.local_id}`) : "";
  };
  const choice = (
    <p class="row">
      <label for={id}>{say("学员属于", "The trainees are of")}</label>
      <select id={id} value={classId} onChange={(event) => change({ for: event.currentTarget.value })}>
        <option value="">{say("文件中写明的班级", "the class named in each row")}</option>
        {classes
          .filter((one) => one.status !== "completed" && one.status !== "cancelled")
          .map((one) => (
            <option key={one.id} value={one.id}>
              {say(`班级 ${one.local_id}`, `class ${one.local_id}`)}
            </option>
          ))}
      </select>
    </p>
  );
  return <Files<RosterFile> kind={ROSTERS} given={{ class_id: classId || undefined }} choice={choice} about={about} />;
}
