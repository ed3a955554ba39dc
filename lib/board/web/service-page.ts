import type { PageWords } from "../page-words.ts";
import { escape, htmlPage } from "./html.ts";

/** How the instance runs; the page's script fills the figures in once a second. */
export const servicePage = (words: PageWords, stage: number, assetPath: (name: string) => string): string => {
  const { service, lang, locale, other } = words;
  const heads = [service.limit, service.declared, service.effective, service.proven];
  return htmlPage({
    words,
    title: service.title,
    data: { ...service, locale },
    styles: [assetPath("board.css")],
    scripts: [assetPath("service.js")],
    header: `<header class="top">
  <div>
    <h1>${escape(service.title)} <span id="state" class="badge"></span></h1>
    <p class="soft">${escape(service.lead)}</p>
  </div>
  <nav><a href="/?lang=${lang}">${escape(service.board)}</a> <a href="/service?lang=${other.lang}" lang="${other.locale}" hreflang="${other.locale}">${other.label}</a></nav>
</header>`,
    main: `<main class="service">
  <noscript><p class="note">${escape(service.noScript)}</p></noscript>
  <p id="stale" class="note" role="status" hidden>${escape(service.stale)}</p>
  <section class="figures">
    ${figure(service.stage, "stage", String(stage))}
    ${figure(service.workers, "workers")}
    ${figure(service.connections, "connections")}
    ${figure(service.requests, "requests")}
    ${figure(service.response, "response")}
  </section>
  <section aria-labelledby="workers-title">
    <h2 id="workers-title">${escape(service.workersTitle)}</h2>
    <p class="soft">${escape(service.workersHelp)}</p>
    <ol id="tiles" class="tiles"></ol>
  </section>
  <section aria-labelledby="limits-title">
    <h2 id="limits-title">${escape(service.limitsTitle)}</h2>
    <p id="drift" class="soft"></p>
    <div class="panel flush" tabindex="0" role="group" aria-labelledby="limits-title">
      <table>
        <thead><tr>${heads.map((head) => `<th scope="col">${escape(head)}</th>`).join("")}</tr></thead>
        <tbody id="limits"></tbody>
      </table>
    </div>
  </section>
  <p class="soft">${escape(service.next)} <code>dashd start ./server.js --stage ${stage}</code></p>
</main>`,
  });
};

const figure = (label: string, id: string, value = "–"): string =>
  `<div class="figure"><span class="label">${escape(label)}</span><strong id="${id}">${escape(value)}</strong><span id="${id}-more" class="soft"></span></div>`;
