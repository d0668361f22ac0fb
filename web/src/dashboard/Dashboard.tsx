// The dashboard: all panels from one board, so that the figures on the page belong to the same question.

import { useEffect } from "preact/hooks";
import { change, useAddress } from "../shared/address";
import { Frame } from "../shared/Frame";
import { named, say, useLanguage } from "../shared/words";
import "./dashboard.css";
import { Filters, type Put } from "./Filters";
import { BooksLight, Changes, Fresh } from "./Foot";
import { Hero, Money } from "./Hero";
import { useLive } from "./live";
import { RegionTable } from "./RegionTable";
import { Awards, Specials } from "./Specials";
import { placesOf } from "./standing";
import { TileMap } from "./TileMap";
import { Trend } from "./Trend";

const put: Put = (changes) => change(changes);

export function Dashboard() {
  useLanguage();
  const address = useAddress();
  const { view, board, failure, changes, freshness } = useLive(address);
  const isDrawn = board !== null;
  useEffect(() => {
    if (isDrawn) performance.mark("first-figures");
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
              {view.region && (
                <button type="button" class="quiet" onClick={() => put({ region: null })}>
                  ← {say("返回全省", "Back to the province")}
                  <span class="unseen">{named(board.names.regions, view.region)}</span>
                </button>
              )}
              <BooksLight books={board.books} />
              <Fresh freshness={freshness} />
            </div>
            <div class="panels">
              <Panels board={board} view={view} changes={changes} />
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
  const choose = (region: string) => put({ region });
  return (
    <>
      <Hero board={board} view={view} />
      {!view.region && <TileMap board={board} view={view} places={places} choose={choose} />}
      <Money board={board} view={view} />
      <Changes board={board} changes={props.changes} />
      <Trend board={board} view={view} choose={(step) => put({ step })} />
      <Awards board={board} view={view} />
      <Specials board={board} view={view} toggle={() => put({ parts: view.parts ? null : "1" })} />
      <RegionTable board={board} view={view} places={places} sort={(sort) => put({ sort })} choose={choose} />
    </>
  );
}

/** The size of a wall: the whole screen where the browser allows it. */
function wall(isOn: boolean): void {
  put({ wall: isOn ? "1" : null });
  if (isOn) void document.documentElement.requestFullscreen?.().catch(() => undefined);
  else if (document.fullscreenElement) void document.exitFullscreen();
}
