// Flags that wait for an officer, by age; each is confirmed or dismissed with a reason, and another officer can reopen it.

import { Shown, useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { moment } from "../shared/figures";
import { Choice, Field, Form } from "../shared/forms";
import { type Catalogue, placeOf } from "../shared/names";
import { Opener, useOpening } from "../shared/Opening";
import { say } from "../shared/words";

interface Flag {
  id: string;
  title_en: string;
  title_zh: string;
  institution_id: string | null;
  region: string;
  raised_at: string;
  due_on: string | null;
  holds: boolean;
}

export function Flags(props: { names: Catalogue; institutions: ReadonlyMap<string, string> }) {
  const answer = useAnswer(() => all<Flag>("v1/flags", { status: "open" }), []);
  const opening = useOpening();
  return (
    <section class="panel long" aria-labelledby="flags-title">
      <h2 id="flags-title">
        {say(`待处理的预警（${answer.found?.length ?? 0}）`, `Flags to settle (${answer.found?.length ?? 0})`)}
      </h2>
      <Shown answer={answer}>
        {(flags) =>
          flags.length === 0 ? (
            <p>{say("没有待处理的预警。", "No flag waits.")}</p>
          ) : (
            <ul class="plain">
              {flags.map((flag) => (
                <li key={flag.id} data-flag={flag.id} class="reason mild">
                  <p>
                    <Opener opening={opening} id={flag.id}>
                      {say(flag.title_zh, flag.title_en)}
                    </Opener>{" "}
                    {flag.holds && <span class="badge bad">{say("暂停拨付", "Money is held")}</span>}
                  </p>
                  <p class="soft small">
                    {[
                      flag.institution_id && props.institutions.get(flag.institution_id),
                      placeOf(props.names.regions, flag.region),
                      moment(new Date(flag.raised_at)),
                      flag.due_on && say(`${flag.due_on} 前处理`, `due ${flag.due_on}`),
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                  </p>
                  {opening.isOpen(flag.id) && (
                    <Form
                      name={say("处理预警", "Settle the flag")}
                      button={say("保存处理结果", "Settle it")}
                      send={async (filled, key) => {
                        await post(`v1/flags/${flag.id}/settlement`, filled, key);
                        answer.again();
                      }}
                    >
                      <Choice
                        name="verdict"
                        label={say("核查结论", "What was found")}
                        options={[
                          ["uphold", say("属实", "It is so")],
                          ["dismiss", say("不属实", "It is not so")],
                        ]}
                      />
                      <Field name="reason" label={say("理由", "Reason")} minLength={2} maxLength={500} required />
                    </Form>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  );
}
