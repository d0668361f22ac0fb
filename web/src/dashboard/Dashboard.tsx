// The dashboard: all panels from one board, so that the figures on the page belong to the same question.

import { useEffect, useState } from "preact/hooks";
import { change, useAddress } from "../shared/address";
import { Frame } from "../shared/Frame";
import { Way } from "../shared/Way";
import { named, say, useLanguage } from "../shared/words";
import type { Board } from "./answers";
import { QualityRates, SupervisionPanel } from "./Beside";
import "./dashboard.css";
import { Filters, type Put } from "./Filters";
import { BooksLight, Changes, Fresh } from "./Foot";
import { Hero, Money } from "./Hero";
import { useLive } from "./live";
import { OrganisationTable } from "./OrganisationTable";
import { RegionTable } from "./RegionTable";
import { Awards, Specials } from "./Specials";
import { placesOf } from "./standing";
import { TileMap } from "./TileMap";
import { Trend } from "./Trend";

const put: Put = (changes) => change(changes);
const sort = (by: string) => put({ sort: by });

export function Dashboard() {
  useLanguage();
  const address = useAddress();
  const { view, board, failure, changes, freshness } = useLive(address);
  const isDrawn = board !== null;
  // What stands beside the totals is asked for after they are shown, so that they need not wait for it.
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    if (!isDrawn) return;
    performance.mark("first-figures");
    setSettled(true);
  }, [isDrawn]);
  const isWall = address.get("wall") === "1";
  const classes = ["board", isWall && "wall", view?.region && "narrowed"].filter(Boolean);
  const tools = (
    <>
      <button type="button" class="quiet" onClick={() => wall(!isWall)} aria-pressed={isWall}>
        {say("大屏", "Wall")}
      </button>
      <button type="button" class="quiet" onClick={() => print()}>
        {say("打印", "Print")}
      </button>
    </>
  );
  return (
    <div class={classes.join(" ")} data-stale={freshness.silentSeconds !== null}>
      <Frame title={say("培训进度", "Progress of training")} tools={tools}>
        {board && view ? (
          <>
            {!isWall && <Filters board={board} view={view} put={put} />}
            <div class="state row">
              {view.region && <Where board={board} region={view.region} county={view.county} />}
              <BooksLight books={board.books} />
              <Fresh freshness={freshness} />
            </div>
            <div class="panels">
              <Panels board={board} view={view} changes={changes} />
              {isSettled && !isWall && (
                <>
                  <QualityRates board={board} view={view} />
                  <SupervisionPanel board={board} view={view} />
                </>
              )}
            </div>
          </>
        ) : failure ? (
          <p class="message bad" role="alert">
            {say(...failure.words)}
          </p>
        ) : (
          <p role="status">{say("正在读取数据……", "Loading the figures …")}</p>
        )}
      </Frame>
    </div>
  );
}

type Shown = ReturnType<typeof useLive>;

function Panels(props: {
  board: NonNullable<Shown["board"]>;
  view: NonNullable<Shown["view"]>;
  changes: Shown["changes"];
}) {
  const { board, view } = props;
  const places = placesOf(board, view);
  return (
    <>
      <Hero board={board} view={view} />
      {!view.region && <TileMap board={board} view={view} places={places} choose={(region) => put({ region })} />}
      <Money board={board} view={view} />
      <Changes board={board} changes={props.changes} />
      <Trend board={board} view={view} choose={(step) => put({ step })} />
      <Awards board={board} view={view} />
      <Specials board={board} view={view} toggle={() => put({ parts: view.parts ? null : "1" })} />
      {view.county ? (
        <OrganisationTable board={board} view={view} sort={sort} />
      ) : (
        <RegionTable
          board={board}
          view={view}
          places={places}
          sort={sort}
          choose={(code) => put(view.region ? { county: code } : { region: code })}
        />
      )}
    </>
  );
}

/** The way from the province to the place that is shown: each step a link. */
function Where(props: { board: Board; region: string; county: string | undefined }) {
  const { region, county } = props;
  const name = (code: string) => named(props.board.names.regions, code);
  return (
    <nav class="where" aria-label={say("所在位置", "Where this is")}>
      <ol>
        <li>
          <Way to={{ region: null, county: null }}>{say("全省", "The province")}</Way>
        </li>
        <li>
          <Way to={{ county: null }} isNow={!county}>
            {name(region)}
          </Way>
        </li>
        {county && (
          <li>
            <Way to={{}} isNow>
              {name(county)}
            </Way>
          </li>
        )}
      </ol>
    </nav>
  );
}

/** The size of a wall: the whole screen where the browser allows it. */
function wall(isOn: boolean): void {
  put({ wall: isOn ? "1" : null });
  if (isOn) void document.documentElement.requestFullscreen?.().catch(() => undefined);
  else if (document.fullscreenElement) void document.exitFullscreen();
}
