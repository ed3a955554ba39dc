import type { Context } from "../index.ts";
import type { PageWords } from "./page-words.ts";

/** The page without figures; its script fills them in once a second. */
export const page = (words: PageWords, { stage }: Pick<Context, "stage">): string => `<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(words.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/board.css">
</head>
<body data-words="${escape(JSON.stringify(words))}">
<header>
  <div>
    <h1>${escape(words.title)} <span id="state" class="badge"></span></h1>
    <p>${escape(words.lead)}</p>
  </div>
  <a href="${words.other.href}" hreflang="${words.lang === "en" ? "zh-CN" : "en"}">${words.other.label}</a>
</header>
<main>
  <noscript><p class="note">${escape(words.noScript)}</p></noscript>
  <p id="stale" class="note" role="status" hidden>${escape(words.stale)}</p>
  <section class="cards">
    ${card(words.stage, "stage", String(stage))}
    ${card(words.workers, "workers")}
    ${card(words.connections, "connections")}
    ${card(words.requests, "requests")}
    ${card(words.response, "response")}
  </section>
  <section aria-labelledby="workers-title">
    <h2 id="workers-title">${escape(words.workersTitle)}</h2>
    <p class="help">${escape(words.workersHelp)}</p>
    <ol id="tiles" class="tiles"></ol>
  </section>
  <section aria-labelledby="limits-title">
    <h2 id="limits-title">${escape(words.limitsTitle)}</h2>
    <p id="drift" class="help"></p>
    <div class="scroll">
      <table>
        <thead><tr>${[words.limit, words.declared, words.effective, words.proven].map((name) => `<th scope="col">${escape(name)}</th>`).join("")}</tr></thead>
        <tbody id="limits"></tbody>
      </table>
    </div>
  </section>
  <p class="next">${escape(words.next)} <code>dashd start ./server.js --stage ${stage}</code></p>
</main>
<script src="/board.js"></script>
</body>
</html>
`;

const card = (label: string, id: string, value = "–"): string =>
  `<div class="card"><span class="label">${escape(label)}</span><strong id="${id}">${escape(value)}</strong><span id="${id}-more" class="more"></span></div>`;

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
