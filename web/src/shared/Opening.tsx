// What opens on a page, one at a time: a button that says whether it has, and a row of a table with another below it.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** Which of several is open. */
export interface Opening {
  isOpen: (id: string) => boolean;
  toggle: (id: string) => void;
}

export function useOpening(): Opening {
  const [open, setOpen] = useState<string | null>(null);
  return { isOpen: (id) => open === id, toggle: (id) => setOpen(open === id ? null : id) };
}

/** Opens what belongs to `id`, and closes it again. Where its words do not say of what, `label` does. */
export function Opener(props: { opening: Opening; id: string; label?: string; children: ComponentChildren }) {
  const { opening, id } = props;
  return (
    <button
      type="button"
      class="link"
      aria-label={props.label}
      aria-expanded={opening.isOpen(id)}
      onClick={() => opening.toggle(id)}
    >
      {props.children}
    </button>
  );
}

/** A row of `cells`, in one of which an Opener is, or before which one with the words `opener` heads the row; what it
 * opens stands below them, across `columns`. */
export function OpeningRow(props: {
  opening: Opening;
  id: string;
  opener?: ComponentChildren;
  /** Whether the words of `opener` may take several lines. */
  wraps?: boolean;
  columns: number;
  data?: Readonly<Record<`data-${string}`, string | number>>;
  cells: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <>
      <tr {...props.data}>
        {props.opener !== undefined && (
          <th class={props.wraps ? "text wrap" : "text"} scope="row">
            <Opener opening={props.opening} id={props.id}>
              {props.opener}
            </Opener>
          </th>
        )}
        {props.cells}
      </tr>
      {props.opening.isOpen(props.id) && (
        <tr>
          <td class="wrap" colSpan={props.columns}>
            <div class="opened">{props.children}</div>
          </td>
        </tr>
      )}
    </>
  );
}
