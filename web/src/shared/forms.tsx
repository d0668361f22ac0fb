// Forms: labelled fields, one press at a time, and what went wrong in words beside the button. What was typed stays.

import type { ComponentChildren, Ref } from "preact";
import { createContext } from "preact";
import { useContext, useId, useRef, useState } from "preact/hooks";
import "./forms.css";
import { newKey, Refused } from "./api";
import { Faults } from "./Faults";
import { say } from "./words";

/** What was typed into a form before the page was reloaded. */
const Draft = createContext<Filled>({});

export function Field(props: {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  required?: boolean;
  maxLength?: number;
  minLength?: number;
  long?: boolean;
  type?: "text" | "date" | "number" | "tel" | "time";
  min?: string;
  max?: string;
  step?: string;
  pattern?: string;
  /** Of a long one: the element, for who fills it in from elsewhere. */
  input?: Ref<HTMLTextAreaElement>;
}) {
  const id = useId();
  const draft = useContext(Draft);
  const value = draft[props.name] ?? props.value;
  const about = props.hint ? { "aria-describedby": `${id}-hint` } : {};
  const common = {
    id,
    name: props.name,
    required: props.required ?? false,
    maxLength: props.maxLength,
    minLength: props.minLength,
    autocomplete: "off",
    ...about,
  };
  return (
    <div class="field">
      <label for={id}>
        {props.label}
        {!props.required && <span class="soft">{say("（可不填）", " (optional)")}</span>}
      </label>
      {props.long ? (
        <textarea rows={5} ref={props.input ?? null} defaultValue={value} {...common} />
      ) : (
        <input
          {...({ type: props.type ?? "text" } as { type: "text" })}
          min={props.min}
          max={props.max}
          step={props.step}
          pattern={props.pattern}
          title={props.pattern ? props.hint : undefined}
          defaultValue={value}
          {...common}
        />
      )}
      {props.hint && (
        <p class="soft small" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}

export function Choice(props: {
  name: string;
  label: string;
  options: readonly (readonly [string, string])[];
  optional?: string;
  value?: string;
  onChange?: (value: string) => void;
}) {
  const id = useId();
  const draft = useContext(Draft);
  const chosen = draft[props.name] ?? props.value;
  return (
    <div class="field">
      <label for={id}>
        {props.label}
        {props.optional && <span class="soft">{say("（可不选）", " (optional)")}</span>}
      </label>
      <select
        id={id}
        name={props.name}
        required={!props.optional}
        onChange={(event) => props.onChange?.(event.currentTarget.value)}
      >
        <option value="">{props.optional ?? say("请选择", "Choose")}</option>
        {props.options.map(([code, name]) => (
          <option key={code} value={code} selected={code === chosen}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A box to tick; it counts as "on". */
export function Tick(props: { name: string; label: string; checked?: boolean }) {
  const id = useId();
  const draft = useContext(Draft);
  const isDrafted = Object.keys(draft).length > 0;
  return (
    <p class="check">
      <input
        id={id}
        name={props.name}
        type="checkbox"
        defaultChecked={isDrafted ? draft[props.name] === "on" : (props.checked ?? false)}
      />
      <label for={id}>{props.label}</label>
    </p>
  );
}

/** What was filled in; fields that were left empty are left out. */
export type Filled = Readonly<Record<string, string>>;

function readDraft(name: string | undefined): Filled {
  return name ? (JSON.parse(sessionStorage.getItem(name) ?? "{}") as Filled) : {};
}

function filledIn(form: HTMLFormElement): Filled {
  const filled: Record<string, string> = {};
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && value.trim()) filled[name] = value.trim();
  return filled;
}

/**
 * With a `draft`, what is typed outlives a reload of the page; not for forms that take a person's number. `labels` name
 * the fields in what a service says. The key stays the same until something is changed: what is sent again is done once.
 */
export function Form(props: {
  send: (filled: Filled, key: string) => Promise<void>;
  button: string;
  name: string;
  draft?: string;
  labels?: Readonly<Record<string, string>>;
  class?: string;
  /** Whether there is nothing to send yet. */
  isOff?: boolean;
  children: ComponentChildren;
}) {
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Refused | null>(null);
  const [draft] = useState(() => readDraft(props.draft));
  const key = useRef(newKey());
  // The state of the page follows a moment later; a second press must not.
  const isSending = useRef(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSending.current) return;
    isSending.current = true;
    setBusy(true);
    setWrong(null);
    try {
      await props.send(filledIn(event.currentTarget as HTMLFormElement), key.current);
      if (props.draft) sessionStorage.removeItem(props.draft);
      key.current = newKey();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error);
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  };
  const changed = (event: InputEvent) => {
    key.current = newKey();
    const form = event.currentTarget as HTMLFormElement;
    if (props.draft) sessionStorage.setItem(props.draft, JSON.stringify(filledIn(form)));
  };
  return (
    <form aria-label={props.name} class={props.class} onSubmit={submit} onInput={changed}>
      <Draft.Provider value={draft}>{props.children}</Draft.Provider>
      {wrong && <Faults refused={wrong} labels={props.labels} />}
      <button type="submit" disabled={isBusy || (props.isOff ?? false)}>
        {isBusy ? say("请稍候……", "One moment …") : props.button}
      </button>
    </form>
  );
}

/** A receipt, which is shown this once: to copy, to print, to write down. */
export function Receipt(props: { receipt: string; children?: ComponentChildren }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(props.receipt);
    setCopied(true);
  };
  return (
    <div class="message receipt" role="status">
      <p>{say("已收到。请保存回执编号，只显示这一次：", "Received. Keep the receipt; it is shown only this once:")}</p>
      <p>
        <code data-figure="receipt">{props.receipt}</code>{" "}
        <button type="button" class="quiet" onClick={copy}>
          {isCopied ? say("已复制", "Copied") : say("复制", "Copy")}
        </button>
      </p>
      {props.children}
    </div>
  );
}
