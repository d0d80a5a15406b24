/**
 * The common styles of the server's pages, with the console's colours (`console/src/frame/frame.css`). A string,
 * because the login page loads no files.
 */
export const PAGE_CSS = `:root {
  color-scheme: light dark;
  --surface: light-dark(#ffffff, #14171a);
  --raised: light-dark(#f4f5f6, #1d2126);
  --chosen: light-dark(#e3edd3, #2b3a1a);
  --line: light-dark(#d5d9dd, #343a41);
  --border: light-dark(#7d858d, #77808a);
  --text: light-dark(#1a1d20, #e8eaed);
  --quiet: light-dark(#565d64, #a3abb3);
  --accent: light-dark(#386200, #9bd63a);
  --allow: light-dark(#1b6b2f, #6fd28a);
  --deny: light-dark(#b3261e, #ff8f86);
  --warn: light-dark(#7a5200, #f0c060);
  font: 15px / 1.5 system-ui, sans-serif;
}
* { box-sizing: border-box }
body { margin: 0; background: var(--surface); color: var(--text) }
h1 { margin: 0 0 .25rem; font-size: 1.4rem }
h2 { margin: 0 0 .25rem; font-size: 1.05rem }
h1, h2, p, li, td { overflow-wrap: anywhere }
p { margin: .25rem 0 1rem }
a { color: var(--accent) }
code { font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; font-size: .92em; overflow-wrap: anywhere }
button, input, select {
  max-width: 100%; padding: .25rem .6rem; font: inherit; color: inherit;
  background: var(--raised); border: 1px solid var(--border); border-radius: 6px;
}
button { cursor: pointer }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem 1rem; padding: .45rem 1rem; border-bottom: 1px solid var(--line) }
.mark { color: var(--text); font-weight: 600; text-decoration: none }
.quiet { color: var(--quiet) }
.fault { padding: .5rem .75rem; border-left: .25rem solid var(--deny); background: var(--raised); color: var(--deny) }
`;
