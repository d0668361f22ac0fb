// Results of a session by file.

import { Files, type Kind, type PostedFile } from "../shared/Files";
import { say } from "../shared/words";
import type { SessionInHand } from "./sessions";

interface ResultFile extends PostedFile {
  session_id: string | null;
}

const RESULTS: Kind = {
  base: "v1/result-files",
  title: ["用文件报送成绩", "Post a file of results"],
  lead: [
    "先“试算”看哪些行会被退回，再“报送”登记。登记过成绩的人不能结束本场考试，请由同事办理。",
    "Try the file first to see which rows would be refused. Whoever posts results does not conclude the session: a colleague does.",
  ],
  choose: ["选择成绩文件，或拖到这里", "Choose a file of results, or drop it here"],
  send: ["报送并登记", "Record the results"],
  file: ["成绩文件", "File of results"],
  template: ["成绩模板", "results-template"],
  unit: ["人", "candidates"],
};

export function Results(props: { one: SessionInHand; changed: () => void }) {
  const { one } = props;
  return (
    <div class="stack">
      {one.without_result > 0 && (
        <p class="message">
          {say(`还有 ${one.without_result} 名考生没有成绩。`, `${one.without_result} candidates have no result yet.`)}
        </p>
      )}
      <Files<ResultFile>
        kind={RESULTS}
        given={{ session_id: one.id }}
        isShown={(file) => file.session_id === one.id || file.session_id === null}
        ended={props.changed}
      />
    </div>
  );
}
