// Who is at work in a county: its institutions and assessment bodies, for who may see them and is signed in.

import type { ComponentChildren } from "preact";
import { Shown, useAnswer } from "../shared/answer";
import { signInAndBack, useSession } from "../shared/session";
import { say } from "../shared/words";
import { type Board, organisations } from "./answers";
import { Ranking } from "./RegionTable";
import { placesOfOrganisations } from "./standing";
import type { View } from "./view";

export function OrganisationTable(props: { board: Board; view: View; sort: (by: string) => void }) {
  const { session } = useSession();
  if (session?.signed_in) return <Listed {...props} />;
  return (
    <Panel>
      <p role="status">
        {session
          ? say(
              "以上汇总对外公开；各机构的数据须登录后查看。",
              "The figures above are public; those of each institution are shown to who is signed in.",
            )
          : say("正在读取……", "Loading …")}
      </p>
      {session && (
        <p>
          <a href={signInAndBack()}>{say("前往登录", "To the sign-in page")}</a>
        </p>
      )}
    </Panel>
  );
}

function Listed(props: { board: Board; view: View; sort: (by: string) => void }) {
  const { board, view } = props;
  // Read again with the figures of the county.
  const answer = useAnswer(
    () => organisations(view),
    [view.county, view.map, view.plan, view.days, board.period.total],
  );
  const { found } = answer;
  if (found === null || found.length === 0)
    return (
      <Panel>
        <Shown answer={answer}>
          {() => <p>{say("本期没有您可以查看的机构。", "Nobody whom you may see was at work here in this period.")}</p>}
        </Shown>
      </Panel>
    );
  const names = new Map(found.map((each) => [each.id, each.name]));
  return (
    <Ranking
      view={view}
      places={placesOfOrganisations(found, view)}
      title={title()}
      what={say("机构", "Institution")}
      note={say(
        "培训和资金计入培训机构，证书和人才计入发证的评价机构；个人申领的补贴不计入机构。",
        "Trainings and money are those of institutions, certificates and persons those of the bodies that issued them. " +
          "What persons claim for themselves is of none.",
      )}
      file={`institutions-${view.county}-${board.regions.day}.csv`}
      name={(place) => names.get(place.code) ?? say("（名称待更新）", "(not named yet)")}
      sort={props.sort}
    />
  );
}

function Panel(props: { children: ComponentChildren }) {
  return (
    <section class="panel long regions" aria-labelledby="regions-title">
      <div class="panel-head">
        <h2 id="regions-title">{title()}</h2>
      </div>
      {props.children}
    </section>
  );
}

function title(): string {
  return say("机构", "Institutions and assessment bodies");
}
