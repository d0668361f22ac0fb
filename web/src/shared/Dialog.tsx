// A task above the page.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { say } from "./words";

/** The keyboard is kept inside; Escape closes it. What stands in it is named by the element `task-title`. */
export function Dialog(props: { close: () => void; children: ComponentChildren }) {
  const shown = useRef(false);
  const show = (dialog: HTMLDialogElement | null) => {
    if (!dialog || shown.current) return;
    shown.current = true;
    dialog.showModal();
  };
  return (
    <dialog ref={show} onClose={props.close} aria-labelledby="task-title">
      {props.children}
      <p>
        <button type="button" class="quiet" onClick={props.close}>
          {say("不改了", "Close")}
        </button>
      </p>
    </dialog>
  );
}
