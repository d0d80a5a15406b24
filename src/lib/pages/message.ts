import { type PageResponse, renderDocument } from './document.ts';
import { escapeHtml, escapeWithCode } from './html.ts';
import { PAGE_CSS } from './page-css.ts';

/** The style of single-column pages, and of lists of people to select with a click. */
export const PAGE_STYLE = `${PAGE_CSS}
main { max-width: 62rem; margin: 0 auto; padding: clamp(1rem, 6vh, 4rem) 1rem }
button { padding: .5rem .8rem }
ul { list-style: none; margin: 0; padding: 0 }
.people li, .clients li { padding: .6rem 0; border-top: 1px solid var(--line) }
.people button { display: block; max-width: 100%; text-align: left; font-weight: 600; color: var(--accent); overflow-wrap: anywhere }
.people span { display: block; margin-top: .3rem; color: var(--quiet) }`;

/** The length at which pages truncate names. */
export const MAX_NAME_LENGTH = 120;
/** The length at which pages truncate sentences. */
export const MAX_SENTENCE_LENGTH = 300;

/** Renders a heading and a message as HTML. Screen readers announce an error. */
export function renderMessage(status: number, title: string, message: string): string {
  const isError = status >= 400;
  return `<h1>${escapeHtml(title)}</h1>\n<p${isError ? ' class="fault" role="alert"' : ''}>${escapeWithCode(message)}</p>`;
}

/** Renders a page with only a message. */
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
