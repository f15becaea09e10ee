// The page's style sheet: system fonts, a column of about 1000 pixels that narrows to a phone, ink-saving in print.
#include "report/sections.h"

namespace flanmoe::report {

std::string style_sheet() {
  return R"(:root { --ink: #1f2328; --muted: #5d6670; --line: #e3e6ea; --soft: #f6f7f9; --yes: #0b6e4f;
  --no: #a33a1f; --noisy: #6b6250; --decided: #2b5797; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff;
  font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 56px 24px 96px; }
h1 { font-size: 2.4rem; line-height: 1.15; margin: 0 0 16px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.55rem; line-height: 1.25; margin: 0 0 14px; }
h3 { font-size: 1.12rem; line-height: 1.35; margin: 32px 0 10px; }
h4 { font-size: 0.95rem; line-height: 1.35; margin: 0 0 10px; }
p { margin: 0 0 14px; max-width: 44em; }
section { margin-top: 56px; padding-top: 28px; border-top: 1px solid var(--line); }
.lead { font-size: 1.15rem; color: #39424c; }
small { font-size: 0.82em; color: var(--muted); font-weight: 400; }
.note { font-size: 0.85rem; color: var(--muted); }
.counts { display: flex; flex-wrap: wrap; gap: 14px 34px; margin: 20px 0 28px; }
.counts div { display: flex; flex-direction: column-reverse; }
.counts dt { font-size: 0.82rem; color: var(--muted); }
.counts dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.arms { list-style: none; padding: 0; margin: 20px 0 24px; display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 270px), 1fr)); gap: 14px; }
.arms li { border-left: 5px solid; padding: 2px 0 2px 12px; line-height: 1.4; }
.arms span { display: block; font-size: 0.84rem; color: var(--muted); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 18px;
  align-items: start; }
.card { border: 1px solid var(--line); border-top: 4px solid var(--noisy); border-radius: 6px;
  padding: 18px 20px 12px; min-width: 0; }
.card.agrees { border-top-color: var(--yes); }
.card.decided { border-top-color: var(--decided); }
.card.disagrees { border-top-color: var(--no); }
.card h3 { margin: 0 0 10px; }
.card p { font-size: 0.95rem; }
.badge { display: inline-block; padding: 1px 9px; border-radius: 99px; font-size: 0.82rem; font-weight: 600;
  white-space: nowrap; background: #f0ede4; color: var(--noisy); }
.badge.agrees { background: #e2f3ec; color: var(--yes); }
.badge.disagrees { background: #fae8e2; color: var(--no); }
.badge.decided { background: #e4ecf7; color: var(--decided); }
.card .left { white-space: normal; min-width: 8em; }
.card th, .card td { padding: 6px 5px; }
.card th:first-child, .card td:first-child { padding-left: 0; }
.card table { width: 100%; }
.card td small { display: block; }  /* the interval below its mean: the answer has room */
.answer .badge { font-size: 1rem; padding: 3px 14px; margin: 0 4px 4px 0; }
figure { margin: 24px 0 28px; }
figcaption { margin-top: 10px; max-width: 54em; font-size: 0.86rem; line-height: 1.5; color: var(--muted); }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 32px 40px;
  align-items: start; }
.panel { min-width: 0; }
svg { display: block; width: 100%; height: auto; overflow: visible; font-family: inherit; fill: var(--ink); }
svg text { font-size: 13px; font-variant-numeric: tabular-nums; }
svg .tick, svg .value, svg .key { font-size: 12.5px; fill: var(--muted); }
svg .axis { font-size: 12.5px; fill: var(--muted); font-style: italic; }
svg .strong { fill: var(--ink); font-weight: 600; }
svg .label, svg .end { font-weight: 600; paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round; }
svg .value, svg .key { paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .zero { stroke: #9aa3ad; stroke-width: 1; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .dot { stroke-width: 1.6; }
svg .reference { stroke: #5d6670; stroke-width: 1.2; stroke-dasharray: 4 3; }
svg .bar { stroke: var(--ink); stroke-width: 2.4; }
.swatch { display: inline-block; width: 0.72em; height: 0.72em; border-radius: 50%; margin-right: 7px; }
/* A shadow at the edge while there is more to scroll to. */
.scroll { overflow-x: auto; margin: 0 0 8px; background:
  linear-gradient(to right, #fff 30px, #fff0) left / 60px 100% local, linear-gradient(to left, #fff 30px, #fff0) right / 60px 100% local,
  linear-gradient(to right, #00000014, #0000) left / 14px 100% scroll, linear-gradient(to left, #00000014, #0000) right / 14px 100% scroll;
  background-repeat: no-repeat; }
table { border-collapse: collapse; font-size: 0.88rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 12px; border-bottom: 1px solid var(--line); white-space: nowrap;
  vertical-align: baseline; }
th { font-weight: 600; white-space: normal; vertical-align: bottom; border-bottom: 2px solid #c9ced4; }
th.left, td.left { text-align: left; }
tr.group td { padding-top: 20px; font-weight: 600; white-space: normal; }
th:first-child, td:first-child { padding-left: 0; }
.prose td { white-space: normal; min-width: 9em; max-width: 26em; overflow-wrap: anywhere; }
.index { width: 100%; margin-bottom: 16px; }
.index td, .index th { white-space: normal; padding: 9px 12px 9px 0; overflow-wrap: break-word; }
.index .badge { margin: 0 2px 3px 0; }
.index .part { display: block; }
a { color: #1f5a94; }
details { margin: 12px 0; }
summary { cursor: pointer; color: #35506b; font-size: 0.92rem; padding: 6px 0; }
details[open] > summary { margin-bottom: 8px; }
pre { background: var(--soft); border-radius: 6px; padding: 14px 16px; overflow-x: auto;
  font: 0.82rem/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
p code { overflow-wrap: anywhere; }
.tokens { max-width: none; line-height: 2.05; font-size: 0.95rem; overflow-wrap: anywhere; }
.token { padding: 2px 3px; border-radius: 3px; }
.token sub { font-size: 0.62em; color: #4d5560; margin-left: 1px; }
.token.dropped { text-decoration: line-through; color: #777; }
.token.unchosen { border-bottom: 2px dotted #999; border-radius: 0; }
@media (max-width: 560px) {
  body { font-size: 16px; }
  main { padding: 28px 16px 64px; }
  h1 { font-size: 1.8rem; }
  section { margin-top: 40px; padding-top: 20px; }
  svg .tick, svg .value, svg .key, svg .axis { font-size: 14px; }  /* labels are cut to what fits at 13 */
  .card { padding: 14px 14px 8px; }
  .index thead { display: none; }
  .index tr, .index td { display: block; border-bottom: 0; }
  .index tr { border-bottom: 1px solid var(--line); padding: 12px 0; }
  .index td { padding: 3px 0; }
  .index td::before { content: attr(data-head) ": "; color: var(--muted); font-size: 0.9em; }
}
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 20pt; padding-top: 10pt; }
  .card, .panel, tr { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .scroll { overflow: visible; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)";
}

}  // namespace flanmoe::report
