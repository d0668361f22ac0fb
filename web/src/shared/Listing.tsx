// A panel of what was asked for, and above it what was decided about it.

import type { ComponentChildren } from "preact";
import { type Answer, Shown } from "./answer";
import { Decided, type Told } from "./Decisions";

export function Listing<T>(props: {
  id: string;
  title: string;
  answer: Answer<T>;
  told?: readonly Told[];
  children: (found: T) => ComponentChildren;
}) {
  return (
    <section class="panel long" aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      <Decided told={props.told ?? []} />
      <Shown answer={props.answer}>{props.children}</Shown>
    </section>
  );
}
