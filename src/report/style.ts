/**
 * The page's style sheet. Colours are Okabe and Ito's, which people with any colour vision tell apart, lightened on
 * dark ground; charts take them by name (`var(--brain)`), so that a change of theme needs no script.
 *
 * @see https://jfly.uni-koeln.de/color/
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #fffefb; --ink: #1c1d1f; --soft: #5c6066; --rule: #dcdad3; --faint: #efede7;
  --brain: #0a6aa8; --forecast: #c04e00; --control: #85888d; --alarm: #a32a12; --pale: .28;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181b; --ink: #e9e7e1; --soft: #a3a7ad; --rule: #3b3f45; --faint: #23262b;
    --brain: #63b5ea; --forecast: #f0933f; --control: #8f949b; --alarm: #ff9078; --pale: .42;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 3.5rem 1.5rem 5rem; max-width: 67rem; background: var(--page); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
}
h1 { font-size: 2.4rem; line-height: 1.15; font-weight: 600; letter-spacing: -.018em; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.5rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; margin: 4rem 0 .35rem; }
h3 { font-size: 1.0625rem; line-height: 1.3; font-weight: 600; margin: 0; overflow-wrap: break-word; }
p, figcaption, caption, li, .lead { max-width: 46rem; }
p, li { overflow-wrap: anywhere; }
.whole { white-space: nowrap; }
p { margin: .35rem 0 1rem; }
.about { color: var(--soft); margin: 0 0 2rem; }
.lead { font-size: 1.15rem; line-height: 1.5; max-width: 52rem; }
.lead p { max-width: none; margin: 0 0 .5rem; }
.lead ul { margin: 0 0 .9rem; padding-left: 1.3rem; }
.lead li { max-width: none; margin: .15rem 0; }
.reading { margin: 0; padding-left: 1.2rem; }
figure { margin: 1.25rem 0 0; }
figcaption, caption, .note { color: var(--soft); font-size: .94rem; line-height: 1.5; }
figure.layers { margin-top: 2.5rem; }
.layers > h3 { margin-bottom: .9rem; }
.layers .multiples h3 { font-weight: 400; }
figcaption { margin-top: .6rem; overflow-wrap: anywhere; }
caption { text-align: left; padding: 0 0 .6rem; }
.subjects { fill-opacity: var(--pale); }
.scroll { overflow-x: auto; }
.wide > svg, .narrow > svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; list-style: none; padding: 0; margin: 0 0 .75rem; font-size: .97rem; max-width: none; }
.legend li { display: flex; align-items: baseline; gap: .45em; }
.legend svg { flex: none; position: relative; top: .2em; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: 1.8rem 1.6rem; }
.multiples svg { width: 100%; height: auto; }
.multiples .peak { color: var(--soft); font-size: .94rem; margin: 0; font-variant-numeric: tabular-nums; }
.maps { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem 1rem; align-items: center; }
.maps figure, .maps div { margin: 0; text-align: center; color: var(--soft); font-size: .94rem; }
.maps img { width: 100%; height: auto; display: block; }
.aside { color: var(--soft); font-weight: 400; }
.maps { margin-top: .6rem; }
.slices { display: grid; grid-template-columns: repeat(6, 1fr); gap: .4rem 1rem; margin-top: .6rem; }
.slices > div { display: flex; flex-direction: column; justify-content: flex-end; }
.slices img { width: 100%; height: auto; display: block; }
.sides { display: flex; justify-content: space-between; margin: .15rem 0 .5rem; color: var(--soft); font-size: .82rem; line-height: 1.3; white-space: nowrap; }
.bar { width: 18rem; max-width: 100%; margin-top: .9rem; color: var(--soft); font-size: .97rem; font-variant-numeric: tabular-nums; }
.bar img { width: 100%; height: .8rem; display: block; }
.bar div { display: flex; justify-content: space-between; }
table { border-collapse: collapse; font-size: .97rem; font-variant-numeric: tabular-nums; margin-top: .75rem; min-width: 60%; }
th, td { padding: .32rem 1.1rem .32rem 0; text-align: left; vertical-align: baseline; font-weight: 400; }
th.number, td.number { text-align: right; white-space: nowrap; }
td.text { overflow-wrap: break-word; min-width: 9rem; }
thead th, thead th.number { white-space: normal; }
thead th { color: var(--soft); border-bottom: 1px solid var(--ink); vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--faint); }
tbody th { min-width: 7rem; max-width: 20rem; overflow-wrap: break-word; }
tbody th code { white-space: nowrap; }
.dense { font-size: .88rem; }
.dense th, .dense td { padding-right: .7rem; }
.dense tbody th { min-width: 6rem; }
.denser { font-size: .8rem; }
.denser th, .denser td { padding-right: .45rem; }
strong { font-weight: 650; }
.warning { border-left: 3px solid var(--alarm); padding: .1rem 0 .1rem .9rem; margin: .8rem 0; max-width: 46rem; }
.warning strong { color: var(--alarm); }
details { margin-top: .9rem; }
summary { cursor: pointer; color: var(--soft); font-size: .97rem; }
summary:hover, summary:focus-visible { color: var(--ink); }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
footer { margin-top: 4rem; border-top: 1px solid var(--rule); padding-top: 1rem; color: var(--soft); font-size: .94rem; }
@media (max-width: 44rem) {
  body { padding: 2rem 1.1rem 3rem; }
  h1 { font-size: 1.85rem; }
  .lead { font-size: 1.1rem; }
  .wide { display: none; }
  .narrow { display: block; }
  caption { max-width: calc(100vw - 2.2rem); }
  .maps { grid-template-columns: repeat(2, 1fr); }
  .slices { grid-template-columns: repeat(2, 1fr); }
  td.text { overflow-wrap: anywhere; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --ink: #000; --soft: #444; --rule: #bbb; --faint: #e4e4e4;
    --brain: #0a6aa8; --forecast: #c04e00; --control: #777; --alarm: #a32a12; --pale: .3;
  }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2, h2 + .note, h3, .legend, caption, thead { break-after: avoid; }
  h2 { margin-top: 2.2rem; }
  figure, .multiples > *, tr, p, li, .legend { break-inside: avoid; }
  figure:has(.multiples) { break-inside: auto; }
  .multiples { grid-template-columns: repeat(3, 1fr); }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding-right: .7rem; }
  td.text { overflow-wrap: anywhere; }
  tbody th { min-width: 0; overflow-wrap: anywhere; }
  .dense { font-size: 7.5pt; }
  .denser { font-size: 7pt; }
  .dense th, .dense td { padding-right: .3rem; }
  .dense tbody th { min-width: 5.2rem; }
  .dense td.number { white-space: normal; }
  footer { margin-top: 1.5rem; break-before: avoid; }
  .wide { display: block; }
  .narrow { display: none; }
}
`.trim();
