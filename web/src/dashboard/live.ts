// The board while the page is open: asked again whenever the stream tells of a change, and how fresh it is.

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, path, type Refused } from "../shared/api";
import { asked, type Board, board, type Measure, type Totals, type TotalsRow, today } from "./answers";
import { MEASURES, type View, viewOf } from "./view";

const REFRESH_MS = 1_000;
const PULSE_MS = 3_000;
const STALE_MS = 8_000;
const REMEMBERED_MS = 60_000;
const TICK_MS = 1_000;

/** What one cell changed by, and when this page learnt it. */
export interface Change {
  at: number;
  programme: string;
  region: string;
  by: Partial<Record<Measure, number>>;
}

export interface Freshness {
  /** When the service had read the figures that are shown. */
  asOf: Date | null;
  /** Seconds since the service answered last, once that is too long; null while all is well. */
  silentSeconds: number | null;
  /** Facts that the log has beyond the figures; null if the service does not read the log at present. */
  behind: number | null;
}

export interface Live {
  view: View | null;
  board: Board | null;
  failure: Refused | null;
  changes: Change[];
  freshness: Freshness;
}

type Cell = Pick<TotalsRow, "programme" | "region">;

interface CellsEvent {
  snapshot: boolean;
  cells: TotalsRow[];
  gone: Cell[];
}

function behindOf(answer: Totals): number | null {
  const behind = Object.values(answer.as_of.topics).map((topic) => topic.behind);
  return behind.some((each) => each === null) ? null : behind.reduce<number>((sum, each) => sum + (each ?? 0), 0);
}

function differences(before: TotalsRow, now: TotalsRow): Change["by"] {
  const by: Change["by"] = {};
  for (const measure of MEASURES) if (now[measure] !== before[measure]) by[measure] = now[measure] - before[measure];
  return by;
}

const NOTHING = Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as unknown as TotalsRow;

/** What the cells of a stream changed by, one event after the other; a snapshot only says what there is. */
function follower(): (told: CellsEvent) => Change[] {
  const cells = new Map<string, TotalsRow>();
  const key = (cell: Cell) => `${cell.programme} ${cell.region}`;
  return (told) => {
    if (told.snapshot) cells.clear();
    const now = [...told.cells, ...told.gone.map((cell) => ({ ...NOTHING, ...cell }))];
    const found = now
      .map((cell) => ({
        at: Date.now(),
        programme: cell.programme ?? "",
        region: cell.region ?? "",
        by: differences(cells.get(key(cell)) ?? NOTHING, cell),
      }))
      .filter((change) => !told.snapshot && Object.keys(change.by).length > 0);
    for (const cell of now) cells.set(key(cell), cell);
    return found;
  };
}

export function useLive(given: URLSearchParams): Live {
  const [day, setDay] = useState<string | null>(null);
  const [shown, setShown] = useState<Board | null>(null);
  const [failure, setFailure] = useState<Refused | null>(null);
  const [changes, setChanges] = useState<Change[]>([]);
  const [pulse, setPulse] = useState<{ asOf: Date | null; behind: number | null }>({ asOf: null, behind: 0 });
  const [now, setNow] = useState(Date.now);
  const heardAt = useRef(Date.now());
  const plan = given.get("plan") ?? undefined;
  const view = day === null ? null : viewOf(given, day);
  // What is asked for; order, size and light of the page do not change it.
  const question = view && JSON.stringify([asked(view), view.region, view.county, view.measure, view.step, view.today]);

  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(tick);
  }, []);

  // The service's own day, which moves on at midnight, and a sign of life.
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      try {
        const answer = await today(plan);
        if (isOver) return;
        setDay(answer.day);
        setFailure(null);
      } catch (error) {
        if (!isOver) setFailure(error as Refused);
      }
    };
    const beat = async () => {
      try {
        const answer = await ask<Totals>(path("v1/totals", { by: "", plan }));
        if (isOver) return;
        heardAt.current = Date.now();
        setPulse({ asOf: new Date(answer.as_of.read_at), behind: behindOf(answer) });
      } catch {
        // Silence is what the page shows.
      }
    };
    void look();
    void beat();
    const looking = setInterval(look, REMEMBERED_MS);
    const beating = setInterval(beat, PULSE_MS);
    return () => {
      isOver = true;
      clearInterval(looking);
      clearInterval(beating);
    };
  }, [plan]);

  useEffect(() => {
    if (view === null) return;
    let isOver = false;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      waiting = undefined;
      try {
        const answer = await board(view);
        if (isOver) return;
        heardAt.current = Date.now();
        setShown(answer);
        setFailure(null);
      } catch (error) {
        if (!isOver) setFailure(error as Refused);
      }
    };
    const changesOf = follower();
    let isFollowing = false;
    const stream = new EventSource(path("v1/stream", { by: "programme,region", plan: view.plan, as: view.map }));
    stream.addEventListener("cells", (event) => {
      const told = JSON.parse((event as MessageEvent<string>).data) as CellsEvent;
      const found = changesOf(told);
      const isFirst = told.snapshot && !isFollowing;
      isFollowing = true;
      if (isFirst || (found.length === 0 && !told.snapshot)) return;
      setChanges((before) => [...found, ...before]);
      waiting ??= setTimeout(load, REFRESH_MS);
    });
    void load();
    // What no stream tells: the books and what was allocated.
    const again = setInterval(load, REMEMBERED_MS);
    return () => {
      isOver = true;
      clearTimeout(waiting);
      clearInterval(again);
      stream.close();
    };
  }, [question]);

  const silent = now - heardAt.current;
  return {
    view,
    board: shown,
    failure,
    changes: changes.filter((each) => now - each.at < REMEMBERED_MS),
    freshness: { ...pulse, silentSeconds: silent > STALE_MS ? Math.round(silent / TICK_MS) : null },
  };
}
