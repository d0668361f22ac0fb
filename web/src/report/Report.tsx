// Reporting a wrong, without signing in or giving a name (群防), and how a report stands for whoever has its receipt.

import "../shared/work.css";
import { useEffect, useState } from "preact/hooks";
import { ask, post } from "../shared/api";
import { Frame } from "../shared/Frame";
import { Choice, Field, type Filled, Form, Receipt } from "../shared/forms";
import { type Received, Standing } from "../shared/Standing";
import { type Name, say, useLanguage } from "../shared/words";

type State = "received" | "in_hand" | "confirmed" | "not_confirmed";

interface Filed {
  receipt: string;
  due_on: string | null;
}

interface Reported extends Received {
  state: State;
}

const STATES: Readonly<Record<State, Name>> = {
  received: ["已收到", "Received"],
  in_hand: ["正在核查", "Being looked into"],
  confirmed: ["经核查属实", "Confirmed"],
  not_confirmed: ["经核查不属实", "Not confirmed"],
};
const ABOUT: readonly (readonly [string, Name])[] = [
  ["institution", ["培训机构", "A training institution"]],
  ["class", ["培训班", "A class"]],
  ["exam", ["考试", "An exam"]],
  ["claim", ["补贴申领", "A claim of subsidies"]],
];
const MISCONDUCT: readonly (readonly [string, Name])[] = [
  ["fake_training", ["虚假培训", "Training that did not take place"]],
  ["attendance", ["考勤造假", "False attendance"]],
  ["charges", ["违规收费", "Charges that are not allowed"]],
  ["exam_fraud", ["考试舞弊", "Fraud in an exam"]],
  ["subsidy_fraud", ["骗取补贴", "Fraud with subsidies"]],
  ["safety", ["安全隐患", "Danger to safety"]],
  ["other", ["其他", "Something else"]],
];

function options(known: readonly (readonly [string, Name])[]): [string, string][] {
  return known.map(([code, name]) => [code, say(...name)]);
}

interface Place {
  code: string;
  name_zh: string;
  name_en: string;
  parent: string;
}

/** The cities and counties, each county behind its city. */
function usePlaces(): Place[] {
  const [places, setPlaces] = useState<Place[]>([]);
  useEffect(() => {
    // Without them the form says what is missing, and the service refuses what has no place.
    ask<Place[]>("v1/public-places").then(setPlaces, () => undefined);
  }, []);
  return places;
}

function placed(places: readonly Place[]): [string, string][] {
  const known = new Map(places.map((place) => [place.code, say(place.name_zh, place.name_en)]));
  const name = (place: Place) => [known.get(place.parent), known.get(place.code)].filter(Boolean).join(" ");
  return places
    .map((place): [string, string] => [place.code, name(place)])
    .sort((one, other) => one[1].localeCompare(other[1], "zh"));
}

export function Report() {
  useLanguage();
  const [filed, setFiled] = useState<Filed | null>(null);
  const places = usePlaces();
  const file = async (filled: Filled) => {
    setFiled(null);
    setFiled(await post<Filed>("v1/public-reports", filled));
  };
  return (
    <Frame
      title={say("群众反映", "Report a wrong")}
      lead={say("无需登录，也不必留下姓名。", "Without signing in and without your name.")}
    >
      <div class="beside">
        <div class="stack">
          {filed && (
            <Receipt receipt={filed.receipt}>
              {filed.due_on && <p>{say(`${filed.due_on} 前答复。`, `It will be answered by ${filed.due_on}.`)}</p>}
            </Receipt>
          )}
          <section class="panel" aria-labelledby="file-title">
            <h2 id="file-title">{say("反映问题", "What happened")}</h2>
            <Form name={say("反映问题", "What happened")} button={say("提交", "File the report")} send={file}>
              <Choice name="about" label={say("反映对象", "About")} options={options(ABOUT)} />
              <Field
                name="reference"
                label={say("名称（机构、班级等）", "What it is called")}
                minLength={2}
                maxLength={100}
                required
              />
              <Choice name="region" label={say("发生地", "Where it happened")} options={placed(places)} />
              <Choice name="misconduct" label={say("问题类型", "What kind of wrong")} options={options(MISCONDUCT)} />
              <Field
                name="text"
                label={say("具体情况：何时、何地、何事", "What happened, when and where")}
                hint={say("至少 10 个字。长号码保存前会被遮盖。", "At least 10 characters. Long numbers are masked.")}
                minLength={10}
                maxLength={2000}
                long
                required
              />
              <Field
                name="contact"
                label={say("联系方式", "How to reach you")}
                hint={say("加密保存，到期删除。", "Encrypted, and erased later.")}
                minLength={2}
                maxLength={100}
              />
            </Form>
          </section>
        </div>
        <div class="stack">
          <section class="panel" aria-labelledby="after-title">
            <h2 id="after-title">{say("提交之后", "What happens then")}</h2>
            <ol>
              <li>{say("您会得到一个回执编号，请保存。", "You get a receipt; keep it.")}</li>
              <li>{say("属地工作人员核查，按期答复。", "Officers of the place look into it and answer in time.")}</li>
              <li>{say("凭回执编号在本页查看进展和答复。", "With the receipt you see here how it stands.")}</li>
            </ol>
            <p class="soft">
              {say(
                "说明时间、地点和经过，便于核查；请勿填写他人的证件号码。",
                "Say when and where it was. Leave out numbers of people's documents.",
              )}
            </p>
          </section>
          <Standing<Reported>
            class="panel"
            title={say("查询进展", "How a report stands")}
            path="v1/public-reports/state"
            state={(report) => STATES[report.state]}
          />
        </div>
      </div>
    </Frame>
  );
}
