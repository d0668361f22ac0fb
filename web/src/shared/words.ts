// Both languages of every text stand side by side where the text is used. The language is in the address, so that a
// view is sent in the language in which it was seen, and is remembered on this machine.

import { useEffect, useState } from "preact/hooks";
import { change, given } from "./address";

export type Language = "zh" | "en";

/** A name in both languages, as the services answer it: Chinese, English. */
export type Name = readonly [string, string];

const KEPT = "language";

function preferred(): Language {
  const asked = given().get("lang") ?? localStorage.getItem(KEPT) ?? navigator.language;
  return asked.startsWith("en") ? "en" : "zh";
}

let language = preferred();
const listeners = new Set<() => void>();

export function currentLanguage(): Language {
  return language;
}

export function say(zh: string, en: string): string {
  return language === "zh" ? zh : en;
}

/** The name of `code` in the present language; the code itself where it has none. */
export function named(names: Readonly<Record<string, Name>> | undefined, code: string): string {
  const name = names?.[code];
  return name ? say(name[0], name[1]) : code;
}

export function speak(next: Language): void {
  language = next;
  localStorage.setItem(KEPT, next);
  change({ lang: next }, { replace: true });
  for (const listener of listeners) listener();
}

/** Draws a component and what is in it again when the language changes. */
export function useLanguage(): Language {
  const [now, setNow] = useState(language);
  useEffect(() => {
    const listener = () => setNow(language);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  useEffect(() => {
    document.documentElement.lang = now === "zh" ? "zh-CN" : "en";
  }, [now]);
  return now;
}
