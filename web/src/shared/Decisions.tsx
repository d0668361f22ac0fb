// Decisions about what waits in a list. What was decided, or was not because somebody else was faster, is said above
// the list, which is read again: the row itself may be gone.

import { useState } from "preact/hooks";
import { Refused } from "./api";
import { Faults } from "./Faults";
import { type Name, say } from "./words";

export interface Told {
  about: string;
  words?: Name;
  refused?: Refused;
}

/** Does `act`, and says `words` about `about`. */
export type Decide = (about: string, words: Name, act: () => Promise<unknown>) => Promise<void>;

export function useDecisions(again: () => void) {
  const [told, setTold] = useState<readonly Told[]>([]);
  /** What is wrong with what was typed stays beside the form. */
  const decide: Decide = async (about, words, act) => {
    setTold([]);
    try {
      await act();
      setTold([{ about, words }]);
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 422 || error.status === 401 || error.isPassing) throw error;
      setTold([{ about, refused: error }]);
    }
    again();
  };
  return { told, setTold, decide };
}

export function Decided(props: { told: readonly Told[] }) {
  return (
    <>
      {props.told.map(({ about, words, refused }) =>
        refused ? (
          <div key={about}>
            <h3>{say(`${about} 未能处理`, `${about} stays as it is`)}</h3>
            <Faults refused={refused} />
          </div>
        ) : (
          <p key={about} class="message" role="status">
            <b>{about}</b> {words && say(...words)}
          </p>
        ),
      )}
    </>
  );
}
