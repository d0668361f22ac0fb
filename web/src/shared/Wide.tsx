// A table that may be wider or longer than its place: it scrolls by itself, and with the keyboard alone as well.

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
