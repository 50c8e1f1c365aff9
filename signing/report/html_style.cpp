#include "signing/report/html_style.h"

namespace shomei::signing {

/// Colours have a contrast of at least 4.5 to 1 on what they stand on (WCAG 1.4.3), and words or shapes say the same.
std::string_view html_style() {
  return R"(
:root { color-scheme: light; --ink: #1c2733; --soft: #52606d; --line: #d3dae1; --paper: #ffffff; --wash: #f4f6f8;
  --good: #17693b; --good-wash: #e9f5ee; --open: #8a5300; --open-wash: #fdf3e1; --bad: #a61b1b; --bad-wash: #fcebea; }
* { box-sizing: border-box; }
html { font-family: "Segoe UI", "Noto Sans", "DejaVu Sans", "Yu Gothic UI", "Meiryo", "Noto Sans CJK JP", "Noto Sans JP", sans-serif;
  line-height: 1.6; color: var(--ink); background: var(--wash); }
html:lang(ja) { font-family: "Yu Gothic UI", "Meiryo", "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "DejaVu Sans", sans-serif; }
body { max-width: 62rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: .15rem 0 .35rem; }
h2 { font-size: 1.3rem; margin: 0; }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .5rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
p { margin: .35rem 0; }
.verdict { display: grid; grid-template-columns: 4rem 1fr; gap: 0 1.1rem; padding: 1.3rem 1.4rem; border-radius: .6rem;
  border: 2px solid; }
.verdict .icon { width: 4rem; height: 4rem; }
.verdict .code { font-size: .85rem; color: var(--soft); margin: .1rem 0 0; }
.verdict .why { font-size: 1.08rem; }
.kind-of-page { font-size: .85rem; color: var(--soft); margin: 0 0 .6rem; }
.good { color: var(--good); border-color: var(--good); background: var(--good-wash); }
.open { color: var(--open); border-color: var(--open); background: var(--open-wash); }
.bad { color: var(--bad); border-color: var(--bad); background: var(--bad-wash); }
.verdict p { color: var(--ink); }
.icon circle { fill: currentColor; }
.icon path { fill: none; stroke: #fff; stroke-width: 5; stroke-linecap: round; stroke-linejoin: round; }
.icon text { fill: #fff; font-size: 34px; font-weight: 700; text-anchor: middle; }
.next { margin: 1rem 0 0; padding: .8rem 1.4rem; background: var(--paper); border: 1px solid var(--line); border-left: .4rem solid #1f5f99;
  border-radius: .4rem; }
.next code { display: inline-block; margin-top: .2rem; padding: .1rem .5rem; background: var(--wash); border-radius: .2rem; }
.next strong { display: block; font-size: .9rem; color: #1f5f99; }
.signature { margin-top: 1.4rem; padding: 1.2rem 1.4rem 1.4rem; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; }
.signature > header { display: flex; flex-wrap: wrap; gap: .4rem .9rem; align-items: center; }
.badge { display: inline-block; padding: .05rem .65rem; border: 1px solid; border-radius: 1rem; font-size: .9rem; font-weight: 700; }
dl { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
dd.who { font-size: 1.15rem; font-weight: 700; }
table { width: 100%; border-collapse: collapse; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: .85rem; border-bottom: 2px solid var(--line); }
tbody th { font-weight: 600; }
td.sign, th.sign { width: 2.6rem; padding-left: .2rem; padding-right: 0; }
.nowrap { white-space: nowrap; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding-bottom: .3rem; }
.scroll { overflow-x: auto; }
ul.findings { list-style: none; margin: .3rem 0; padding: 0; }
ul.findings > li { padding: .4rem .7rem; margin: .35rem 0; border-left: .3rem solid var(--line); background: var(--wash); }
ul.findings > li.f-bad { border-color: var(--bad); background: var(--bad-wash); }
ul.findings > li.f-open { border-color: #c77700; background: var(--open-wash); }
ul.findings > li.f-good { border-color: #3b8f60; }
.label { font-weight: 700; margin-right: .5rem; }
.f-bad .label { color: var(--bad); } .f-open .label { color: var(--open); } .f-good .label { color: var(--good); }
.advice { margin: .1rem 0 0; }
.advice::before { content: "→ "; }
code, .code, .hex { font-family: "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Noto Sans Mono", monospace; font-size: .84em; }
.hex { word-break: break-all; }
details { margin-top: 1rem; }
summary { cursor: pointer; font-weight: 600; color: #1f5f99; padding: .3rem 0; }
summary:focus-visible { outline: 3px solid #1f5f99; outline-offset: 2px; }
.note, footer { color: var(--soft); font-size: .85rem; }
footer { margin-top: 1.6rem; border-top: 1px solid var(--line); padding-top: .6rem; }
svg.life { display: block; width: 100%; min-width: 44rem; height: auto; margin: .4rem 0 .2rem; }
svg.sign { display: block; }
.life text, .sign text { font-size: 12px; fill: #1c2733; }
.life .kind { font-weight: 700; }
.life .name { fill: #52606d; font-size: 11px; }
.life .heading { font-weight: 700; font-size: 13px; fill: #1f5f99; }
.life .tick { fill: #52606d; font-size: 11px; text-anchor: middle; }
.life .grid { stroke: #e3e8ed; stroke-width: 1; }
.life .axis { stroke: #7b8794; stroke-width: 1.2; }
.life .moment, .life .now { fill: none; stroke: #52606d; stroke-width: 1; stroke-dasharray: 2 2; }
.life .now { stroke: #1c2733; stroke-width: 1.4; stroke-dasharray: none; }
.life .zoom { fill: #dcebf7; fill-opacity: .6; stroke: #9cc3e4; stroke-width: .8; }
.life .on { fill: #fff; text-anchor: middle; font-size: 11px; font-weight: 600; }
.life .beside, .life .before { paint-order: stroke; stroke: #fff; stroke-width: 3px; }
.life .beside { font-size: 11px; fill: #52606d; }
.life .before { font-size: 11px; fill: #52606d; text-anchor: end; }
.b-signer { fill: #1f5f99; } .b-ca { fill: #5d6d7c; } .b-tsa { fill: #7a4b9e; } .b-list { fill: #2f7a55; stroke: #fff; stroke-width: .7; }
.b-other { fill: #8a6d3b; }
.life .s-light, .sign .s-light { fill: #fff; font-size: 11.5px; font-weight: 700; text-anchor: middle; }
.life .s-dark, .sign .s-dark { fill: #1c2733; font-size: 11.5px; font-weight: 700; text-anchor: middle; }
.s-claim circle { fill: #fff; stroke: #52606d; stroke-width: 1.5; stroke-dasharray: 3 2; }
.s-good circle { fill: #17693b; stroke: #fff; stroke-width: 1.2; }
.s-good .s-ring { fill: #fff; stroke: #17693b; stroke-width: 1.6; }
.s-open circle { fill: #fdf3e1; stroke: #8a5300; stroke-width: 1.6; }
.s-bad rect { fill: #a61b1b; }
.s-now circle { fill: #1c2733; }
.s-end path { fill: #ffe3b0; stroke: #8a5300; stroke-width: 1.4; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } .verdict { grid-template-columns: 1fr; } }
@media print {
  html { background: #fff; font-size: 10.5pt; }
  body { max-width: none; padding: 0; }
  .signature, .next, .verdict { break-inside: auto; border-color: #888; }
  h2, h3, caption { break-after: avoid; }
  svg.life, tr, ul.findings > li { break-inside: avoid; }
  svg.life { min-width: 0; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
)";
}

}  // namespace shomei::signing
