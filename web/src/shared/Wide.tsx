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

/** The head of a table: what each column is called, and its look; a column of figures has none. */
export function Head(props: { columns: readonly (readonly [name: string, look?: string])[] }) {
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
