import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Every page: its name, which is that of its folder in src/, and its title until its script has run. */
const PAGES: Readonly<Record<string, string>> = {
  assessment: "评价与证书",
  dashboard: "技能河南 · 培训进度",
  "public-lists": "补贴公示名单",
  publicity: "补贴公示",
  registry: "工作台",
  report: "群众反映",
  "sign-in": "登录",
  subsidy: "补贴申领",
  verify: "证书查验",
};

function page(name: string, title: string): string {
  return `<!doctype html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="data:," />
    <title>${title}</title>
    <script type="module" src="./src/${name}/main.tsx"></script>
  </head>
  <body>
    <noscript>本页需要启用 JavaScript。 This page needs JavaScript.</noscript>
    <div id="page"></div>
  </body>
</html>
`;
}

const FILES = new Map(
  Object.entries(PAGES).map(([name, title]) => [join(import.meta.dirname, `${name}.html`), page(name, title)]),
);

/** The documents of the pages differ in name and title only, so they are made and not written. */
const documents: Plugin = {
  name: "documents",
  enforce: "pre",
  resolveId: (id) => (FILES.has(id) ? id : null),
  load: (id) => FILES.get(id) ?? null,
};

// Addresses in the build are relative, so that it works below any path.
export default defineConfig({
  base: "./",
  plugins: [documents],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: [...FILES.keys()] },
  },
});
