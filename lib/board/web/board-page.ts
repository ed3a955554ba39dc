import type { PageWords } from "../page-words.ts";
import { escape, htmlPage } from "./html.ts";

/** The board without figures: what stands still. The page's script fetches the rest from /api. */
export const boardPage = (words: PageWords, assetPath: (name: string) => string): string => {
  const { board, lang, locale, other } = words;
  return htmlPage({
    words,
    title: board.title,
    data: { ...board, lang, locale },
    styles: [assetPath("uplot.css"), assetPath("board.css")],
    scripts: [assetPath("uplot.js"), assetPath("board.js")],
    header: `<header class="top">
  <div>
    <h1>${escape(board.title)}</h1>
    <p id="as-of" class="soft as-of" role="status">${escape(board.loading)}</p>
    <p id="age" class="soft as-of"></p>
  </div>
  <form id="filter" class="filter" aria-label="${escape(board.filter)}">
    <fieldset class="switch"><legend class="unseen">${escape(board.period)}</legend>
      ${Object.entries(board.periods)
        .map(([value, label], at) => choice("period", value, label, at === 0))
        .join("")}
    </fieldset>
    <label><span class="unseen">${escape(board.region)}</span><select name="region">
      <option value="">${escape(board.allRegions)}</option>
      ${Object.entries(board.regions)
        .map(([value, label]) => `<option value="${value}">${escape(label)}</option>`)
        .join("")}
    </select></label>
    <label><span class="unseen">${escape(board.store)}</span><select name="store"><option value="">${escape(board.allStores)}</option></select></label>
    <button type="reset" id="clear" hidden>${escape(board.clear)}</button>
  </form>
  <nav><a href="/service?lang=${lang}">${escape(board.service)}</a> <a id="other" href="/?lang=${other.lang}" lang="${other.locale}" hreflang="${other.locale}">${other.label}</a></nav>
</header>`,
    main: `<main class="board" id="board" aria-busy="true">
  <noscript><p class="note">${escape(board.noScript)}</p></noscript>
  <p id="note" class="note" role="alert" hidden></p>
  <section class="figures" aria-label="${escape(board.sales)}">
    ${figure(board.sales, "sales")}
    ${figure(board.orders, "orders")}
    ${figure(board.average, "average")}
    ${figure(board.returns, "returns")}
    ${figure(board.emptyShelves, "empty")}
  </section>
  <section class="panel time" aria-labelledby="time-title">
    <div class="head"><h2 id="time-title">${escape(board.byHour)}</h2><p id="readout" class="soft" aria-hidden="true"></p></div>
    <p class="legend soft"><span><i class="key solid"></i><span id="now-name">${escape(board.now.today)}</span></span><span><i class="key part"></i>${escape(board.open)}</span><span><i class="key dashed"></i><span id="before-name">${escape(board.before.today)}</span></span></p>
    <div id="chart" class="chart" role="img" aria-labelledby="time-title" aria-describedby="readout-all"></div>
    <p id="readout-all" class="unseen"></p>
    <details><summary>${escape(board.asTable)}</summary>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="time-title"><table>
        <thead><tr><th scope="col" id="time-unit">${escape(board.hour)}</th><th scope="col" id="now-head">${escape(board.now.today)}</th><th scope="col" id="before-head">${escape(board.before.today)}</th></tr></thead>
        <tbody id="series"></tbody>
      </table></div>
    </details>
  </section>
  <section class="panel alerts" aria-labelledby="alerts-title">
    <div class="head"><h2 id="alerts-title">${escape(board.alerts)} <span id="alert-count" class="count"></span></h2></div>
    <ol id="alerts" class="scroll" tabindex="0" aria-labelledby="alerts-title"></ol>
  </section>
  <section class="panel stores" aria-labelledby="stores-title">
    <div class="head"><h2 id="stores-title">${escape(board.ranking)}</h2>
      <fieldset class="switch small" id="sort"><legend class="unseen">${escape(board.sort)}</legend>
        ${choice("sort", "sales", board.sortSales, true)}${choice("sort", "change", board.sortChange, false)}
      </fieldset></div>
    ${table("stores", ["#", board.store, board.rankingHelp, board.sales, board.change])}
  </section>
  <section class="panel categories" aria-labelledby="categories-title">
    <div class="head"><h2 id="categories-title">${escape(board.categoriesTitle)}</h2></div>
    ${table("categories", [board.category, board.rankingHelp, board.sales, board.change])}
  </section>
  <section class="panel stock" aria-labelledby="stock-title">
    <div class="head"><h2 id="stock-title">${escape(board.lowStock)}</h2></div>
    ${table("stock", [board.product, board.leftHelp, board.perDay])}
  </section>
</main>`,
  });
};

const figure = (label: string, id: string): string =>
  `<div class="figure ${id}"><span class="label">${escape(label)}</span><strong id="${id}">–</strong><span class="soft"><b id="${id}-change"></b> <span id="${id}-more"></span></span></div>`;

const choice = (name: string, value: string, label: string, checked: boolean): string =>
  `<label><input type="radio" name="${name}" value="${value}"${checked ? " checked" : ""}><span>${escape(label)}</span></label>`;

const table = (id: string, heads: readonly string[]): string =>
  `<div class="scroll" tabindex="0" role="group" aria-labelledby="${id}-title"><table class="${id}"><thead><tr>${heads
    .map((head) => `<th scope="col">${escape(head)}</th>`)
    .join("")}</tr></thead><tbody id="${id}"></tbody></table></div>`;
