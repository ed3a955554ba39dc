/** The look of both pages: light and dark, down to phone width, states told by sign and word as well as by colour. */
export const boardStyle = `
:root { --ink: #17212b; --soft: #586573; --paper: #f3f5f7; --card: #fff; --line: #dfe4e9; --good: #0b7550; --bad: #b3261e; --warn: #8a5200; --accent: #1f62b5; --tint: #e8f0fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #9ba8b5; --paper: #0f151b; --card: #171f28; --line: #2b3641; --good: #4cc79b; --bad: #ff8f85; --warn: #f0b35c; --accent: #6ea8f0; --tint: #1d2b3d; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
.soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); } .even { color: var(--soft); }
a { color: var(--accent); } p { margin: 0; }
h1 { font-size: 1.3rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; } h2 { font-size: .95rem; margin: 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.top { display: flex; align-items: center; flex-wrap: wrap; gap: .5rem 1.25rem; padding: .8rem 1.25rem .6rem; max-width: 110rem; margin: 0 auto; }
.top > div { margin-right: auto; } .top nav { display: flex; gap: 1rem; }
.as-of { min-height: 1.45em; }
.filter { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-height: 36px; padding: 0 .6rem; }
select { max-width: 15rem; } button { cursor: pointer; }
button.link { background: none; border: 0; padding: 0; min-height: 24px; color: inherit; text-align: left; font-weight: 600; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
button.link:hover { color: var(--accent); text-decoration-color: currentColor; }
.switch { border: 1px solid var(--line); border-radius: 8px; background: var(--card); padding: 2px; margin: 0; display: inline-flex; min-width: 0; }
.switch input { position: absolute; opacity: 0; } .switch label { cursor: pointer; }
.switch span { display: flex; align-items: center; min-height: 30px; padding: 0 .75rem; border-radius: 6px; white-space: nowrap; color: var(--soft); }
.switch.small span { min-height: 24px; padding: 0 .5rem; font-size: .8rem; }
.switch input:checked + span { background: var(--tint); color: var(--ink); font-weight: 600; box-shadow: inset 0 -2px var(--accent); }
.switch input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 1px; }
main { max-width: 110rem; margin: 0 auto; padding: 0 1.25rem 1.25rem; }
main.board { display: grid; gap: .75rem; grid-template-columns: minmax(0, 1.35fr) minmax(0, 1fr) minmax(0, 1fr); }
.note, .figures { grid-column: 1 / -1; }
noscript { grid-column: 1 / -1; }
.note { background: var(--card); border: 1px solid var(--line); border-left: .35rem solid var(--warn); padding: .55rem .9rem; border-radius: 8px; }
.figures { display: grid; grid-template-columns: 1.35fr 1fr 1fr 1fr 1fr; gap: .75rem; }
.figure, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.figure { padding: .65rem 1rem .7rem; display: flex; flex-direction: column; min-width: 0; }
.figure strong { font-size: 1.8rem; line-height: 1.25; font-weight: 650; letter-spacing: -.02em; }
.figure .label { color: var(--soft); } .figure > .soft { font-size: .8rem; min-height: 1.45em; } .figure b { font-weight: 650; white-space: nowrap; }
.figure.sales strong { font-size: 2.3rem; line-height: .98; padding: .08em 0; }
.old .figure strong, .old .panel table, .old .chart, .old .alerts ol { opacity: .7; }
.panel { padding: .7rem 1rem .8rem; min-width: 0; display: flex; flex-direction: column; }
.head { display: flex; justify-content: space-between; align-items: center; gap: .25rem 1rem; min-height: 30px; margin-bottom: .2rem; flex-wrap: wrap; }
.count { display: inline-block; min-width: 1.6em; text-align: center; border: 1.5px solid currentColor; border-radius: 1em; font-size: .8rem; color: var(--bad); } .count:empty { display: none; }
.time { grid-column: 1 / 3; } .legend { display: flex; flex-wrap: wrap; align-items: center; font-size: .8rem; gap: .1rem 1.1rem; } .legend > span { display: flex; align-items: center; gap: .4rem; }
.key { width: 1.5rem; height: .7rem; display: inline-block; border-radius: 2px; }
.key.solid { background: var(--accent); } .key.part { border: 1.5px solid var(--accent); background: repeating-linear-gradient(135deg, var(--accent) 0 1.5px, transparent 1.5px 5px); } .key.dashed { height: 0; border-top: 2px dashed var(--ink); border-radius: 0; }
.chart { height: 232px; width: 100%; min-width: 0; overflow: hidden; }
details { font-size: .85rem; } summary { cursor: pointer; color: var(--soft); padding: .2rem 0; width: fit-content; }
.scroll { overflow: auto; max-height: 318px; min-height: 0; margin: 0 -1rem -.8rem; padding: 0 1rem .4rem; }
.time .scroll { max-height: 240px; margin: 0; padding: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: right; padding: .26rem .4rem; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: inherit; }
tr > :first-child { padding-left: 0; } tr > :last-child { padding-right: 0; } tbody tr:last-child > * { border-bottom: 0; }
thead th { position: sticky; top: 0; background: var(--card); color: var(--soft); font-size: .75rem; font-weight: 500; z-index: 1; box-shadow: inset 0 -1px var(--line); border: 0; }
table.stores th, th:first-child, td:first-child { text-align: left; } table.stores thead th:nth-child(n + 4) { text-align: right; }
.categories thead th:nth-child(2) { text-align: left; }
.place { color: var(--soft); width: 1.9rem; } tbody th { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; }
.bars { width: 34%; min-width: 3.5rem; }
.change { font-size: .85rem; width: 5.6rem; }
.bar { position: relative; height: 12px; background: var(--tint); border-radius: 2px; }
.bar i { display: block; height: 100%; background: var(--accent); border-radius: 2px; }
.bar b { position: absolute; top: -3px; bottom: -3px; width: 2px; margin-left: -1px; background: var(--ink); box-shadow: 0 0 0 1px var(--card); }
.stock tbody th { white-space: normal; } .stock small { display: block; font-size: .78rem; }
.nothing { text-align: left; padding: 1rem 0; white-space: normal; }
.badge { display: inline-block; font-size: .75rem; font-weight: 600; padding: 0 .5rem; border-radius: 1rem; border: 1.5px solid currentColor; white-space: nowrap; color: var(--soft); }
.badge:empty { display: none; } .badge.bad, .badge.high, .badge.degraded { color: var(--bad); } .badge.medium, .badge.changing, .badge.draining, .badge.starting { color: var(--warn); } .badge.held { color: var(--good); }
.alerts ol { list-style: none; margin-top: 0; max-height: 286px; }
.alerts li { padding: .45rem 0 .5rem .7rem; border-bottom: 1px solid var(--line); border-left: 3px solid transparent; } .alerts li:last-child { border-bottom: 0; }
.alerts li.high { border-left-color: var(--bad); } .alerts li.medium { border-left-color: var(--warn); border-left-style: dashed; } .alerts li.none { padding-left: 0; }
.line { display: flex; justify-content: space-between; gap: .5rem; align-items: center; } .alerts p { color: var(--soft); font-size: .85rem; }
.service { max-width: 66rem; } .top:has(+ .service) { max-width: 66rem; } .service section { margin-bottom: 1.5rem; }
.flush { padding: .2rem 1rem; overflow-x: auto; } tr.drift td { color: var(--bad); font-weight: 600; }
code { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: .1rem .4rem; color: var(--ink); }
.tiles { list-style: none; padding: 0; margin: .5rem 0 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(5.4rem, 1fr)); gap: .5rem; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--good); border-radius: 8px; padding: .4rem .55rem; }
.tiles li.booting, .tiles li.draining { border-left-color: var(--warn); border-left-style: dashed; }
.tiles li.late, .tiles li.hung, .tiles li.backing-off { border-left-color: var(--bad); border-left-style: dotted; }
.tiles li > span { display: block; font-size: .75rem; color: var(--soft); } .tiles .bar { height: .3rem; margin-top: .3rem; overflow: hidden; }
@media (max-width: 82rem) {
  main.board { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .time, .stores, .stock { grid-column: 1 / -1; } .stores, .stock { order: 1; }
}
@media (max-width: 62rem) {
  .figures { grid-template-columns: repeat(6, minmax(0, 1fr)); } .figure { grid-column: span 2; } .figure:nth-child(-n + 2) { grid-column: span 3; }
}
@media (max-width: 44rem) {
  .top, main { padding-left: .75rem; padding-right: .75rem; }
  .top { gap: .4rem .6rem; } .top nav { gap: .7rem; font-size: .9rem; } .as-of { font-size: .85rem; }
  .filter { order: 3; width: 100%; } .filter .switch { width: 100%; } .filter .switch label { flex: 1; } .filter .switch span { justify-content: center; min-height: 36px; }
  .filter > label { flex: 1 1 9rem; min-width: 0; } select { width: 100%; max-width: none; min-height: 40px; font-size: 16px; }
  main.board { grid-template-columns: minmax(0, 1fr); gap: .6rem; } .board > * { grid-column: 1 / -1; }
  .figures { grid-template-columns: 1fr 1fr; gap: .6rem; } .figure, .figure:nth-child(-n + 2) { grid-column: auto; padding: .55rem .75rem; } .figure:first-child { grid-column: 1 / -1; }
  .figure strong { font-size: 1.5rem; } .figure.sales strong { font-size: 2.1rem; }
  .alerts { order: 1; } .figures { order: 0; } .note, noscript { order: -1; } .time, .stores, .categories, .stock { order: 2; }
  .panel { padding-left: .75rem; padding-right: .75rem; } .scroll { margin-left: -.75rem; margin-right: -.75rem; padding-left: .75rem; padding-right: .75rem; max-height: 22rem; }
  .chart { height: 220px; } .bars { width: 16%; min-width: 1.6rem; } th, td { padding-left: .25rem; padding-right: .25rem; } table.stores tr > :nth-child(3) { display: none; } tbody th { max-width: 9.5rem; white-space: normal; } .change { width: auto; } button.link { min-height: 30px; }
}
@media (prefers-reduced-motion: no-preference) { .bar i { transition: width .3s; } }
@media (forced-colors: active) { .bar i { background: CanvasText; } .key.solid { background: CanvasText; } }
`;
