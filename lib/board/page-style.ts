/** The look of the built-in page: light and dark, phone width, states told by shape and word as well as by colour. */
export const pageStyle = `
:root { --ink: #16202c; --soft: #5b6876; --paper: #f6f7f9; --card: #fff; --line: #dde2e8; --ok: #12805c; --warn: #a35c00; --bad: #b3261e; --accent: #0f5fc4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --soft: #9aa7b4; --paper: #10161d; --card: #18212b; --line: #2a3642; --ok: #46c79a; --warn: #f0ae55; --bad: #ff8b80; --accent: #7fb2ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
header, main { max-width: 62rem; margin: 0 auto; padding: 1.25rem; }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 1rem; padding-bottom: 0; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; line-height: 1.2; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
p { margin: 0 0 .75rem; }
header p, .help, .label, .more { color: var(--soft); }
a { color: var(--accent); white-space: nowrap; }
.badge { display: inline-block; font-size: .8rem; font-weight: 600; padding: .15rem .6rem; border-radius: 1rem; border: 1.5px solid currentColor; vertical-align: middle; color: var(--soft); }
.badge:empty { display: none; }
.badge.held { color: var(--ok); } .badge.degraded { color: var(--bad); } .badge.changing, .badge.draining, .badge.starting { color: var(--warn); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin-top: .5rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .8rem 1rem; display: flex; flex-direction: column; }
.card strong { font-size: 1.7rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.label { font-size: .85rem; } .more { font-size: .8rem; min-height: 1.2em; }
.tiles { list-style: none; padding: 0; margin: .5rem 0 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(5.2rem, 1fr)); gap: .5rem; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--ok); border-radius: .5rem; padding: .4rem .55rem; font-variant-numeric: tabular-nums; }
.tiles li.booting, .tiles li.draining { border-left-color: var(--warn); border-left-style: dashed; }
.tiles li.late, .tiles li.backing-off { border-left-color: var(--bad); border-left-style: dotted; }
.tiles b { font-size: 1.05rem; } .tiles span { display: block; font-size: .75rem; color: var(--soft); }
.tiles .bar { height: .3rem; border-radius: .2rem; background: var(--line); margin-top: .3rem; overflow: hidden; }
.tiles .bar i { display: block; height: 100%; background: var(--accent); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .4rem .9rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tr:last-child td { border-bottom: 0; }
th { font-size: .8rem; color: var(--soft); font-weight: 600; }
tr.drift td { color: var(--bad); font-weight: 600; }
.note { background: var(--card); border-left: .3rem solid var(--warn); padding: .6rem .9rem; border-radius: .3rem; }
.next { margin-top: 2rem; color: var(--soft); } code { background: var(--card); border: 1px solid var(--line); border-radius: .3rem; padding: .1rem .4rem; color: var(--ink); }
`;
