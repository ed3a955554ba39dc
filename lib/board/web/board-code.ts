/**
 * The script of the board: asks /api for each panel, every 30 s and at each change of the filter, and draws what comes;
 * text only, never markup. What could not be had stays as it was, marked old, with the server's sentence.
 */
export const boardCode = String.raw`
const words = JSON.parse(document.body.dataset.words);
const at = (id) => document.getElementById(id);
const make = (tag, className, ...inside) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside);
  return element;
};
const fill = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

const number = new Intl.NumberFormat(words.locale);
const one = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const short = new Intl.NumberFormat(words.locale, { notation: "compact", maximumFractionDigits: 1 });
const yuan = (cents) => "¥" + number.format(Math.round(cents / 100));
const yuanExact = (cents) => "¥" + new Intl.NumberFormat(words.locale, { maximumFractionDigits: 2, minimumFractionDigits: 2 }).format(cents / 100);
const percent = (share) => one.format(share * 100) + " %";
const sign = (value) => (value > 0 ? "▲ +" : value < 0 ? "▼ −" : "● ");
const changeOf = (now, before) => (before > 0 ? now / before - 1 : null);
/** A rise or fall in sign, figure and colour; under half a per cent has no colour. */
const changeText = (change) => (change === null ? "–" : Math.abs(change) < 0.0005 ? "● 0 %" : sign(change) + percent(Math.abs(change)));
const changeClass = (change) => (change === null || Math.abs(change) < 0.005 ? "even" : change > 0 ? "good" : "bad");
const nameOf = (thing) => (words.lang === "zh" ? thing.zh : thing.en);

const state = { period: "today", region: "", store: "", sort: "sales" };
const last = {};
let names = null;

const setChange = (id, text, className, more) => {
  at(id + "-change").textContent = text;
  at(id + "-change").className = className;
  at(id + "-more").textContent = more;
};

const setFigure = (id, text, now, before, beforeText) => {
  at(id).textContent = text;
  const change = changeOf(now, before);
  setChange(id, changeText(change), changeClass(change), fill(id === "sales" ? words.against[last.salesPeriod] : words.againstShort, { before: beforeText }));
};

const pointLabel = (unit, value) => {
  if (unit === "hour") return value.padStart(2, "0");
  const day = new Date(value + "T12:00:00");
  return day.toLocaleDateString(words.locale, { month: "numeric", day: "numeric" });
};
const pointName = (unit, value) =>
  unit === "hour"
    ? value.padStart(2, "0") + ":00"
    : new Date(value + "T12:00:00").toLocaleDateString(words.locale, { weekday: "short", month: "short", day: "numeric" });

let points = [];
const describe = (point) => point.name + "  " + (point.now === null ? "" : last.nowName + " " + yuan(point.now) + " · ") + last.beforeName + " " + yuan(point.before);
const showPoint = (index) => {
  const point = index === null ? undefined : points[index];
  at("readout").textContent = point ? describe(point) : "";
};
const chart = createChart(at("chart"), showPoint, (cents) => (cents === 0 ? "0" : "¥" + short.format(cents / 100)));

const drawSales = (sales, asked) => {
  const { now, before } = sales.totals;
  last.salesPeriod = asked.period;
  last.nowName = words.now[asked.period];
  last.beforeName = words.before[asked.period];
  setFigure("sales", yuan(now.salesCents), now.salesCents, before.salesCents, yuan(before.salesCents));
  setFigure("orders", number.format(now.orders), now.orders, before.orders, number.format(before.orders));
  const average = (figures) => (figures.orders > 0 ? figures.salesCents / figures.orders : 0);
  setFigure("average", now.orders > 0 ? yuanExact(average(now)) : "–", average(now), average(before), before.orders > 0 ? yuanExact(average(before)) : "–");
  const rate = (figures) => (figures.orders > 0 ? figures.returned / figures.orders : 0);
  const points100 = (rate(now) - rate(before)) * 100;
  at("returns").textContent = now.orders > 0 ? percent(rate(now)) : "–";
  setChange("returns", fill(words.points, { points: sign(Math.round(points100 * 10)) + one.format(Math.abs(points100)) }),
    Math.abs(points100) < 0.05 ? "even" : points100 > 0 ? "bad" : "good", fill(words.againstShort, { before: percent(rate(before)) }));

  points = sales.series.map((point) => ({ ...point, label: pointLabel(sales.unit, point.at), name: pointName(sales.unit, point.at) }));
  at("time-title").textContent = sales.unit === "hour" ? words.byHour : words.byDay;
  at("time-unit").textContent = sales.unit === "hour" ? words.hour : words.day;
  for (const id of ["now-name", "now-head"]) at(id).textContent = last.nowName;
  for (const id of ["before-name", "before-head"]) at(id).textContent = last.beforeName;
  chart.draw(points);
  at("readout-all").textContent = last.nowName + ": " + yuan(now.salesCents) + "; " + last.beforeName + ": " + yuan(before.salesCents);
  at("series").replaceChildren(...points.map((point) => make("tr", "",
    make("th", "", point.name), make("td", "", point.now === null ? "–" : yuan(point.now)), make("td", "", yuan(point.before)))));
  for (const head of at("series").querySelectorAll("th")) head.scope = "row";
  last.asOf = sales.asOf;
};

/** A bar for now and an upright line for before, on one scale. */
const bar = (now, before, most) => {
  const box = make("div", "bar");
  const full = make("i", "");
  full.style.width = (100 * now) / most + "%";
  const mark = make("b", "");
  mark.style.left = (100 * before) / most + "%";
  box.append(full, mark);
  box.setAttribute("aria-hidden", "true");
  return box;
};

const chooseStore = (id, label) => {
  const button = make("button", "link", label);
  button.type = "button";
  button.addEventListener("click", () => { form.store.value = String(id); choose(); });
  return button;
};

const changeCell = (now, before) => {
  const change = changeOf(now, before);
  return make("td", "change " + changeClass(change), changeText(change));
};

const rowHead = (...inside) => {
  const head = make("th", "", ...inside);
  head.scope = "row";
  return head;
};

const drawStores = ({ stores }) => {
  last.stores = stores;
  const sorted = state.sort === "sales" ? stores
    : stores.toSorted((one, other) => (changeOf(one.salesCents, one.beforeCents) ?? 9) - (changeOf(other.salesCents, other.beforeCents) ?? 9));
  const most = Math.max(1, ...stores.flatMap((store) => [store.salesCents, store.beforeCents]));
  at("stores").replaceChildren(...sorted.map((store, place) => make("tr", "",
    make("td", "place", String(place + 1)), rowHead(chooseStore(store.id, nameOf(store))), make("td", "bars", bar(store.salesCents, store.beforeCents, most)),
    make("td", "", yuan(store.salesCents)), changeCell(store.salesCents, store.beforeCents))));
};

const drawCategories = ({ categories }) => {
  const most = Math.max(1, ...categories.flatMap((row) => [row.salesCents, row.beforeCents]));
  at("categories").replaceChildren(...(categories.length === 0 ? [nothing(words.noSales, 4)] : categories.map((row) => make("tr", "",
    rowHead(words.categories[row.category] ?? row.category), make("td", "bars", bar(row.salesCents, row.beforeCents, most)),
    make("td", "", yuan(row.salesCents)), changeCell(row.salesCents, row.beforeCents)))));
};

const nothing = (sentence, wide) => {
  const cell = make("td", "soft nothing", sentence);
  cell.colSpan = wide;
  return make("tr", "", cell);
};

const drawStock = ({ out, low, shelves, items }) => {
  at("empty").textContent = number.format(out);
  setChange("empty", "", "", fill(words.emptyMore, { low: number.format(low), shelves: number.format(shelves) }));
  at("stock").replaceChildren(...(items.length === 0 ? [nothing(words.noLow, 3)] : items.map((item) => {
    const left = item.left === 0 ? make("span", "badge bad", words.noneLeft) : make("span", "", item.left + " / " + item.reorderAt);
    return make("tr", "", rowHead(make("span", "", nameOf(item)), make("small", "soft", words.lang === "zh" ? item.storeZh : item.storeEn)),
      make("td", "", left), make("td", "", one.format(item.soldPerDay)));
  })));
};

const reasonText = (reason) => fill(words.reasons[reason.kind], {
  expected: number.format(reason.expected ?? 0),
  change: percent(Math.abs(reason.change ?? 0)),
  rate: percent(reason.rate ?? 0),
  share: percent(reason.share ?? 0),
  out: number.format(reason.out ?? 0),
});

const drawAlerts = ({ alerts }) => {
  at("alert-count").textContent = alerts.length === 0 ? "" : String(alerts.length);
  at("alerts").replaceChildren(...(alerts.length === 0 ? [make("li", "soft none", words.noAlerts)] : alerts.map((alert) => make("li", alert.level,
    make("div", "line", chooseStore(alert.storeId, nameOf(alert)), make("span", "badge " + alert.level, (alert.level === "high" ? "‼ " : "! ") + words[alert.level])),
    ...alert.reasons.map((reason) => make("p", "", reasonText(reason)))))));
};

const panels = [["/api/sales", drawSales], ["/api/stores", drawStores], ["/api/categories", drawCategories], ["/api/low-stock", drawStock], ["/api/alerts", drawAlerts]];

/** What is asked about; a store alone decides, its region is only how it was found. */
const question = () => {
  const asked = new URLSearchParams({ period: state.period, lang: words.lang });
  if (state.store) asked.set("store", state.store);
  else if (state.region) asked.set("region", state.region);
  return asked;
};

const ask = async (path, signal) => {
  const answer = await fetch(path + "?" + question(), { cache: "no-store", signal });
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body;
  throw Object.assign(new Error(body?.error?.message ?? words.unreachable), { retrySec: Number(answer.headers.get("Retry-After")) || 5 });
};

const drawNames = () => {
  const shown = names.stores.filter((store) => state.region === "" || store.region === state.region);
  const all = form.store.options[0];
  form.store.replaceChildren(all, ...shown.map((store) => new Option(nameOf(store), store.id)));
  form.store.value = shown.some((store) => String(store.id) === state.store) ? state.store : "";
  state.store = form.store.value;
};

let running = null;
let timer;
const refresh = async () => {
  clearTimeout(timer);
  running?.abort();
  const mine = (running = new AbortController());
  const signal = AbortSignal.any ? AbortSignal.any([mine.signal, AbortSignal.timeout(12000)]) : mine.signal;
  const asked = { ...state };
  const faults = [];
  const attempt = async (path, draw) => {
    try {
      const found = await ask(path, signal);
      if (mine !== running) return;
      draw(found, asked);
      ages.set(path, { ageMs: found.ageMs, stale: found.stale, atMs: performance.now() });
    } catch (fault) { faults.push(fault); }
  };
  await Promise.all([
    ...(names === null ? [attempt("/api/names", (found) => { names = found; drawNames(); })] : []),
    ...panels.map(([path, draw]) => attempt(path, draw)),
  ]);
  if (mine !== running) return;
  showState(faults);
  showAge();
  const waitSec = faults.length === 0 ? 30 : Math.max(2, Math.min(30, ...faults.map((fault) => fault.retrySec ?? 5)));
  timer = setTimeout(refresh, waitSec * 1000);
};

const showState = (faults) => {
  const isOld = faults.length > 0;
  const note = at("note");
  const said = isOld ? (faults[0].retrySec === undefined ? words.unreachable : faults[0].message + (last.asOf ? " " + words.lastFigures : "")) : "";
  if (note.textContent !== said) note.textContent = said;
  note.hidden = !isOld;
  at("board").setAttribute("aria-busy", "false");
  document.body.classList.toggle("old", isOld);
  const asOf = at("as-of");
  const time = last.asOf ? new Date(last.asOf.replace(" ", "T")).toLocaleString(words.locale, { dateStyle: "medium", timeStyle: "short" }) : "–";
  asOf.replaceChildren(fill(words.asOf, { time }), ...(isOld && last.asOf ? [" ", make("span", "badge bad", words.old)] : []));
};

/** Of what is shown, by where it came from. */
const ages = new Map();
const ageText = (ms) => {
  const sec = Math.round(ms / 1000);
  const [unit, count] = sec < 90 ? ["second", sec] : sec < 5400 ? ["minute", Math.round(sec / 60)] : ["hour", Math.round(sec / 3600)];
  return fill(words.ages[unit], { count });
};
/** The oldest of them counts. It is no live region: nobody wants to hear the seconds pass. */
const showAge = () => {
  const shown = [...ages.values()];
  if (shown.length === 0) return;
  const age = ageText(Math.max(...shown.map(({ ageMs, atMs }) => ageMs + performance.now() - atMs)));
  at("age").replaceChildren(fill(words.figuresAge, { age }), ...(shown.some(({ stale }) => stale) ? [" ", make("span", "badge bad", words.stale)] : []));
};
setInterval(showAge, 1000);

const form = at("filter");
const toAddress = () => {
  const wanted = new URLSearchParams(location.search);
  for (const name of ["period", "region", "store"]) {
    if (state[name] && state[name] !== "today") wanted.set(name, state[name]);
    else wanted.delete(name);
  }
  history.replaceState(null, "", wanted.size === 0 ? "/" : "/?" + wanted);
  wanted.set("lang", words.lang === "zh" ? "en" : "zh");
  at("other").href = "/?" + wanted;
  at("clear").hidden = state.region === "" && state.store === "";
};

const choose = () => {
  state.period = form.period.value;
  state.region = form.region.value;
  state.store = form.store.value;
  if (names !== null) drawNames();
  toAddress();
  refresh();
};
form.addEventListener("change", choose);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  form.region.value = form.store.value = "";
  choose();
  form.region.focus();
});
at("sort").addEventListener("change", (event) => {
  state.sort = event.target.value;
  if (last.stores) drawStores({ stores: last.stores });
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

const given = new URLSearchParams(location.search);
if (words.periods[given.get("period")]) state.period = given.get("period");
if (words.regions[given.get("region")]) state.region = given.get("region");
if (/^\d{1,6}$/.test(given.get("store") ?? "")) state.store = given.get("store");
form.period.value = state.period;
form.region.value = state.region;
toAddress();
refresh();
`;
