// What a page shows of a service: asked for, kept while it is asked for again, and tried again while the service is away.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { Refused } from "./api";
import { Faults } from "./Faults";
import { say } from "./words";

const AGAIN_MS = 3_000;

export interface Answer<T> {
  found: T | null;
  refused: Refused | null;
  again: () => void;
}

/** What `fetch` brings, asked again whenever one of `of` changes. */
export function useAnswer<T>(fetch: () => Promise<T>, of: readonly unknown[]): Answer<T> {
  const [state, setState] = useState<{ of: string; found: T | null; refused: Refused | null }>();
  const [turn, setTurn] = useState(0);
  const asked = JSON.stringify(of);
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    const look = async () => {
      try {
        const found = await fetch();
        if (!isOver) setState({ of: asked, found, refused: null });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (isOver) return;
        setState((before) => ({ of: asked, found: before?.of === asked ? before.found : null, refused: error }));
        if (error.isPassing) timer = setTimeout(look, AGAIN_MS);
      }
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [asked, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  const isCurrent = state?.of === asked;
  return { found: isCurrent ? state.found : null, refused: isCurrent ? state.refused : null, again };
}

/** The answer once it is there; until then, that it is awaited or why it is not coming. */
export function Shown<T>(props: { answer: Answer<T>; children: (found: T) => ComponentChildren }) {
  const { found, refused } = props.answer;
  return (
    <>
      {refused && (
        <>
          <Faults refused={refused} />
          {refused.isPassing && (
            <p role="status" class="soft">
              {say("正在自动重试……", "Trying again …")}
            </p>
          )}
        </>
      )}
      {found === null && !refused && <p role="status">{say("正在读取……", "Loading …")}</p>}
      {found !== null && props.children(found)}
    </>
  );
}
