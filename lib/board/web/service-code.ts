/** The script of the page `/service`: asks for the figures once a second and draws them; text only, never markup. */
export const serviceCode = `"use strict";
const words = JSON.parse(document.body.dataset.words);
const at = (id) => document.getElementById(id);
const known = (value, unit = "") => (value === null || value === undefined ? "–" : value.toLocaleString(words.locale) + unit);
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};
const limitOf = (figures, name) => figures.limits.find((row) => row.name === name)?.effective ?? null;

const tile = (worker, most) => {
  const item = make("li", undefined, worker.state);
  item.append(make("b", "#" + worker.slot));
  item.append(make("span", words.states[worker.state] ?? worker.state));
  item.append(make("span", worker.connections + " · G" + worker.generation));
  const bar = make("div", undefined, "bar");
  const fill = make("i");
  fill.style.width = Math.min(100, (100 * worker.connections) / most) + "%";
  bar.append(fill);
  item.append(bar);
  return item;
};

const limitRow = (row) => {
  const line = make("tr", undefined, row.drift ? "drift" : "");
  for (const value of [row.name, row.declared, row.effective, row.proven]) line.append(make("td", known(value)));
  return line;
};

const draw = (figures) => {
  const { load, workers } = figures;
  at("state").textContent = words.states[figures.state] ?? figures.state;
  at("state").className = "badge " + figures.state;
  at("stage").textContent = figures.stage;
  at("stage-more").textContent = "rev " + figures.revision;
  const ready = workers.filter((worker) => worker.generation === figures.generation && ["ready", "late"].includes(worker.state));
  at("workers").textContent = ready.length + " / " + known(figures.limits.find((row) => row.name === "workers")?.declared);
  at("connections").textContent = load.connections + " / " + known(limitOf(figures, "connections"));
  at("connections-more").textContent = load.held > 0 ? "+ " + load.held + " " + words.held : "";
  at("requests").textContent = known(load.requestsPerSec);
  at("response").textContent = known(load.p95Ms, load.p95Ms === null ? "" : " ms");
  const most = Math.max(1, Math.ceil((limitOf(figures, "connections") ?? 1) / Math.max(1, ready.length)));
  at("tiles").replaceChildren(...workers.map((worker) => tile(worker, most)));
  at("limits").replaceChildren(...figures.limits.map(limitRow));
  at("drift").textContent = figures.drift.length === 0 ? words.noDrift : words.drift + " " + figures.drift.join(", ");
};

const refresh = async () => {
  try {
    const answer = await fetch("/status.json", { cache: "no-store", signal: AbortSignal.timeout(3000) });
    if (!answer.ok) throw new Error(answer.statusText);
    draw(await answer.json());
    at("stale").hidden = true;
  } catch {
    at("stale").hidden = false;
  }
  setTimeout(refresh, document.hidden ? 5000 : 1000);
};
refresh();
`;
