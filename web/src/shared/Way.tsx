// A link to another view of the page: its address says what is shown.

import type { ComponentChildren } from "preact";
import { change } from "./address";

export function Way(props: {
  to: Readonly<Record<string, string | null>>;
  isNow?: boolean;
  label?: string;
  children: ComponentChildren;
}) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(props.to)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const go = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    change(props.to);
  };
  return (
    <a href={`?${query}`} onClick={go} aria-current={props.isNow ? "page" : undefined} aria-label={props.label}>
      {props.children}
    </a>
  );
}
