// Forms: labelled fields, one press at a time, and what went wrong in words beside the button. What was typed stays.

import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import "./forms.css";
import { Refused } from "./api";
import { type Name, say } from "./words";

export function Field(props: {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  required?: boolean;
  maxLength?: number;
  minLength?: number;
  long?: boolean;
}) {
  const id = useId();
  const about = props.hint ? { "aria-describedby": `${id}-hint` } : {};
  const common = {
    id,
    name: props.name,
    required: props.required ?? false,
    maxLength: props.maxLength,
    minLength: props.minLength,
    autoComplete: "off",
    ...about,
  };
  return (
    <div class="field">
      <label for={id}>
        {props.label}
        {!props.required && <span class="soft">{say("（可不填）", " (optional)")}</span>}
      </label>
      {props.long ? <textarea rows={5} {...common} /> : <input defaultValue={props.value} {...common} />}
      {props.hint && (
        <p class="soft small" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}

export function Choice(props: { name: string; label: string; options: readonly (readonly [string, string])[] }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select id={id} name={props.name} required>
        <option value="">{say("请选择", "Choose")}</option>
        {props.options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What was filled in; fields that were left empty are left out. */
export type Filled = Readonly<Record<string, string>>;

export function Form(props: {
  send: (filled: Filled) => Promise<void>;
  button: string;
  name: string;
  children: ComponentChildren;
}) {
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Name | null>(null);
  // The state of the page follows a moment later; a second press must not.
  const isSending = useRef(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSending.current) return;
    isSending.current = true;
    const filled: Record<string, string> = {};
    for (const [name, value] of new FormData(event.currentTarget as HTMLFormElement))
      if (typeof value === "string" && value.trim()) filled[name] = value.trim();
    setBusy(true);
    setWrong(null);
    try {
      await props.send(filled);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error.words);
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  };
  return (
    <form aria-label={props.name} onSubmit={submit}>
      {props.children}
      {wrong && (
        <p class="message bad" role="alert">
          {say(...wrong)}
        </p>
      )}
      <button type="submit" disabled={isBusy}>
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
