// Tables. One may be wider or longer than its place: it scrolls by itself, and with the keyboard alone as well.

import type { ComponentChildren } from "preact";
import { say } from "./words";

export function Wide(props: { name: string; class?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by who has no pointer
    <section class={props.class ?? "wide"} tabIndex={0} aria-label={`${props.name} · ${say("表格", "table")}`}>
      {props.children}
    </section>
  );
}

type Columns = readonly (readonly [name: string, look?: string])[];

/** A table of `rows`, or in words that there are none. What its caption says is shown; without one it is its name. */
export function Table<T>(props: {
  name: string;
  rows: readonly T[];
  empty: string;
  columns: Columns;
  caption?: string;
  children: (row: T) => ComponentChildren;
}) {
  if (props.rows.length === 0) return <p>{props.empty}</p>;
  return (
    <Wide name={props.name}>
      <table>
        <caption class={props.caption ? undefined : "unseen"}>{props.caption ?? props.name}</caption>
        <Head columns={props.columns} />
        <tbody>{props.rows.map(props.children)}</tbody>
      </table>
    </Wide>
  );
}

/** The head of a table: what each column is called, and its look; a column of figures has none. */
export function Head(props: { columns: Columns }) {
  return (
    <thead>
      <tr>
        {props.columns.map(([name, look]) => (
          <th key={name} class={look} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
