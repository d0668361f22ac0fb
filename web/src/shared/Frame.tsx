// What all pages have: a way past the head to the content, the title, language and light, and the content itself.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import "./look.css";
import { say, speak, useLanguage } from "./words";

const KEPT = "light";
type Light = "light" | "dark";

function keptLight(): Light {
  const kept = localStorage.getItem(KEPT);
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function Frame(props: { title: string; lead?: string; tools?: ComponentChildren; children: ComponentChildren }) {
  const language = useLanguage();
  const [light, setLight] = useState(keptLight);
  useEffect(() => {
    document.documentElement.dataset.light = light;
  }, [light]);
  useEffect(() => {
    document.title = `${props.title} · ${say("技能河南", "Skills Henan")}`;
  }, [props.title, language]);
  const other: Light = light === "dark" ? "light" : "dark";
  const choose = () => {
    localStorage.setItem(KEPT, other);
    setLight(other);
  };
  return (
    <>
      <a class="skip" href="#content">
        {say("跳到正文", "Skip to the content")}
      </a>
      <header class="head">
        <div>
          <p class="brand">{say("技能河南", "Skills Henan")}</p>
          <h1>{props.title}</h1>
          {props.lead && <p class="soft">{props.lead}</p>}
        </div>
        <div class="tools">
          {props.tools}
          <button
            type="button"
            class="quiet"
            lang={language === "zh" ? "en" : "zh-CN"}
            onClick={() => speak(language === "zh" ? "en" : "zh")}
          >
            {language === "zh" ? "English" : "中文"}
          </button>
          <button type="button" class="quiet" onClick={choose}>
            {other === "dark" ? say("深色", "Dark") : say("浅色", "Light")}
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {props.children}
      </main>
    </>
  );
}
