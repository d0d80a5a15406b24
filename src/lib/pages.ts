import { hash } from 'node:crypto';

/** The styles of the server's pages, with the console's colours (`console/src/frame/frame.css`), for inline use. */
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

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Not `no-referrer`: browsers would then send the form with `Origin: null`, which is not one of our origins.
  'referrer-policy': 'same-origin',
} as const;

export interface PageResponse<Status extends number> {
  readonly status: Status;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Document {
  readonly title: string;
  readonly body: string;
  readonly style?: string;
  /** The only script that the page may run. */
  readonly script?: string;
  /** Whether pages of other sites may frame it. Its script may then call this server. */
  readonly isFrame?: boolean;
}

/** Renders a page that loads no other resources. */
export function renderDocument<Status extends number>(
  status: Status,
  { title, body, style, script, isFrame = false }: Document,
): PageResponse<Status> {
  const policy = [
    "default-src 'none'",
    ...(style === undefined ? [] : ["style-src 'unsafe-inline'"]),
    ...(script === undefined ? [] : [`script-src ${hashContentSource(script)}`]),
    ...(isFrame ? ["connect-src 'self'"] : ["frame-ancestors 'none'"]),
    "base-uri 'none'",
  ];
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>${style === undefined ? '' : `\n<style>${style}</style>`}
</head>
<body>
${body}${script === undefined ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
  const headers = {
    ...HEADERS,
    'content-security-policy': policy.join('; '),
    'cross-origin-resource-policy': isFrame ? 'cross-origin' : 'same-origin',
  };
  return { status, headers, body: Buffer.from(text) };
}

/** Returns the Content-Security-Policy source for exactly this inline script or style. */
export function hashContentSource(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes a string for HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Escapes a string for HTML, and formats what is between backticks as code. */
export function escapeWithCode(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** The style of single-column pages, and of lists of people to select with a click. */
export const PAGE_STYLE = `${PAGE_CSS}
main { max-width: 62rem; margin: 0 auto; padding: clamp(1rem, 6vh, 4rem) 1rem }
button { padding: .5rem .8rem }
ul { list-style: none; margin: 0; padding: 0 }
.people li, .clients li { padding: .6rem 0; border-top: 1px solid var(--line) }
.people button { display: block; max-width: 100%; text-align: left; font-weight: 600; color: var(--accent); overflow-wrap: anywhere }
.people span { display: block; margin-top: .3rem; color: var(--quiet) }`;

export const MAX_NAME_LENGTH = 120;
export const MAX_SENTENCE_LENGTH = 300;

/** Renders a heading and a message as HTML. Screen readers announce an error. */
export function renderMessage(status: number, title: string, message: string): string {
  const isError = status >= 400;
  return `<h1>${escapeHtml(title)}</h1>\n<p${isError ? ' class="fault" role="alert"' : ''}>${escapeWithCode(message)}</p>`;
}

export function renderMessagePage<Status extends number>(
  status: Status,
  title: string,
  message: string,
): PageResponse<Status> {
  return renderPage(status, title, renderMessage(status, title, message));
}

/** Renders a page. @param main the HTML of its main element */
export function renderPage<Status extends number>(
  status: Status,
  title: string,
  main: string,
  style: string = PAGE_STYLE,
): PageResponse<Status> {
  return renderDocument(status, { title, body: `<main>\n${main}\n</main>`, style });
}
