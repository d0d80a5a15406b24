import { escapeHtml, escapeWithCode } from '../core/html.ts';
import type { Ground } from '../explaining/index.ts';
import { DOCUMENTS, iconSymbols, RAIL, type RailView, VIEWS_ID } from './console-rail.ts';
import type { ListedOperation, ReadableDocument } from './read-documents.ts';

/** The operations of a document, for the table of all operations. */
export interface ListedDocument extends Pick<ReadableDocument, 'name' | 'title'> {
  readonly operations: readonly ListedOperation[];
}

/** The pages of documents, beside the reader of each. */
const PLACES = [
  { path: '/docs', title: 'Documents' },
  { path: '/docs/operations', title: 'All operations' },
] as const;

interface PageParts {
  readonly title: string;
  /** The path of the world that the page shows. */
  readonly below: string;
  /** The path of the page. */
  readonly path: string;
  /** HTML at the end of the bar above the content. */
  readonly beside?: string;
  readonly head?: string;
  /** HTML of the content. */
  readonly main: string;
  /** HTML of the scripts that work on it. */
  readonly scripts?: string;
}

/**
 * A page in the frame of the console. Without the console's script, the frame has only its links. A page for a world that does not
 * exist has no script, because there is nothing to ask.
 */
function renderPage({ title, below, path, beside = '', head = '', main, scripts = '' }: PageParts): string {
  const links = PLACES.map(
    (place) => `<a href="${below}${place.path}"${place.path === path ? ' aria-current="page"' : ''}>${place.title}</a>`,
  );
  const isLost = path === '';
  return `<!doctype html>
<html lang="en" data-below="${below}" data-home="${below}/">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${below}/console/frame.css">
<link rel="stylesheet" href="${below}/docs/static/pages.css">
<link rel="icon" href="data:,">
${
  isLost
    ? ''
    : `<script type="module" src="${below}/console/console.js"></script>
`
}${head}</head>
<body class="framed">
${iconSymbols()}
<header>
<a class="mark" href="${below}/">nv-auth-mock</a>
<div id="where"><span class="where"></span>${isLost ? '' : GO_TO}</div>
<div id="clock"></div>
<div id="watching"></div>
<button type="button" class="to-views" aria-label="Views" popovertarget="${VIEWS_ID}">${icon('menu')}</button>
</header>
<div id="rail">${rail(below, !isLost)}</div>
<div id="said" class="said"></div>
<main id="content" tabindex="-1">
<div class="pages"><nav class="tabs" aria-label="Pages">${links.join('\n')}</nav>
${beside}</div>
<div class="scrolled">
${main}
</div>
</main>
${scripts}</body>
</html>
`;
}

const icon = (name: string) => `<svg class="icon" aria-hidden="true"><use href="#icon-${name}"></use></svg>`;

/** As the console's script draws it, so that nothing moves once that is there. */
const GO_TO = `<button type="button" class="go-to">${icon('search')}<span>Go to … <kbd>Ctrl K</kbd></span></button>`;

/** The navigation of the console, which leads into it. @param isDocuments is the page one of the documents? */
function rail(below: string, isDocuments: boolean): string {
  const link = (href: string, { name, title }: RailView, more = '') =>
    `<a href="${below}${href}"${more}>${icon(name)}<span>${title}</span></a>`;
  const groups = RAIL.map(({ title, views }, index) => {
    const links = views.map((view) => link(`/#/${view.name}`, view));
    if (index === RAIL.length - 1) links.push(link('/docs', DOCUMENTS, isDocuments ? ' aria-current="page"' : ''));
    return `<section aria-label="${title}"><h2>${title}</h2>\n${links.join('\n')}</section>`;
  });
  return `<nav id="${VIEWS_ID}" class="rail" aria-label="Views" popover="auto">${groups.join('\n')}</nav>`;
}

/**
 * The page for a world that does not exist.
 *
 * @param message why, with code in backticks
 * @param back URL of the default world
 */
export function lostPage(message: string, back: string): string {
  return renderPage({
    title: 'nv-auth-mock: no such world',
    below: back,
    path: '',
    main: `<div class="text">
<h1>No such world</h1>
<p>${escapeWithCode(message)}</p>
<p>Open <a href="${escapeHtml(back)}/#/worlds">the list of worlds</a> or <a href="${escapeHtml(back)}/">the console of the default world</a>.</p>
</div>`,
  });
}

/** The list of documents. */
export function indexPage(documents: readonly ReadableDocument[], below: string): string {
  const rows = documents.map(
    ({ name, title, tables }) =>
      `<li><a href="${below}/docs/${name}">${escapeHtml(title)}</a>
<span class="quiet">${tables.operations.length} operations, <a href="${below}/openapi/${name}.json">JSON</a>, <a href="${below}/openapi/${name}.yaml">YAML</a></span></li>`,
  );
  return renderPage({
    title: 'nv-auth-mock: documents',
    below,
    path: '/docs',
    main: `<div class="text">
<h1>Documents</h1>
<p>The APIs that this server mocks, as OpenAPI documents. Each operation lists the rights it needs. Try it as any member of the cast.</p>
<ul class="documents">
${rows.join('\n')}
</ul>
<p><a href="${below}/docs/operations">All operations in one table</a>, with the rights that each needs and how certain they are.</p>
<p><a href="${below}/_mock/cast">The cast</a>, with credentials. <a href="${below}/_mock/decisions?effect=deny">Refused requests, with reasons.</a></p>
</div>`,
  });
}

/** Swagger UI, with a choice of principal. The scripts fill it in. */
export function readerPage({ name, title }: ReadableDocument, below: string): string {
  return renderPage({
    title,
    below,
    path: `/docs/${name}`,
    head: `<link rel="stylesheet" href="${below}/docs/static/reader.css">\n`,
    beside: `<div id="who" class="who" hidden><label for="principal">Try it as</label> <select id="principal"></select>
<span id="ready" role="status"></span></div>\n`,
    main: `<div id="reader" data-service="${name}" data-document="${below}/openapi/${name}.json">
<p class="unread">This page needs scripts. Without them: <a href="${below}/docs/operations#${name}">the rights that each operation needs</a>,
<a href="${below}/openapi/${name}.json">the document itself</a>.</p>
</div>`,
    scripts: `<script src="${below}/docs/static/swagger-ui-bundle.js"></script>
<script src="${below}/docs/static/reader.js"></script>
`,
  });
}

/** The table of all operations of all services, with the rights they need and the sources of these. */
export function operationsPage(documents: readonly ListedDocument[], below: string): string {
  const sections = documents.map(
    ({ name, title, operations }) => `<section>
<h2 id="${name}">${escapeHtml(title)}</h2>
<table aria-labelledby="${name}">
<thead><tr><th scope="col">Operation</th><th scope="col">Needs</th><th scope="col">Certainty and source</th></tr></thead>
<tbody>
${operations.map((operation) => row(operation, name, below)).join('\n')}
</tbody>
</table>
</section>`,
  );
  const jumps = documents.map(
    ({ name, title, operations }) => `<a href="#${name}">${escapeHtml(title)}</a> (${operations.length})`,
  );
  return renderPage({
    title: 'nv-auth-mock: all operations',
    below,
    path: '/docs/operations',
    main: `<div class="wide">
<h1>All operations</h1>
<p>${jumps.join(', ')}</p>
<p class="quiet"><code>documented</code>: the vendor's documentation says so; <code>implied</code>: it follows from the documentation;
<code>observed</code>: seen in published clients; <code>inferred</code>: the most plausible reading where the documentation is silent;
<code>contradicted</code>: the documentation contradicts itself, and the mock follows this reading; <code>ours</code>: there is no source.</p>
<p class="filter" id="filter" hidden><label for="wanted">Only those with</label> <input id="wanted" type="search" autocomplete="off">
<span id="found" role="status"></span></p>
${sections.join('\n')}
</div>`,
    scripts: `<script src="${below}/docs/static/operations.js"></script>\n`,
  });
}

/** @param name the service, whose document it is in */
function row({ id, method, path, aliases, tag, summary, needs }: ListedOperation, name: string, below: string): string {
  const link = tag === null ? null : `${below}/docs/${name}#/${encodeURIComponent(tag)}/${encodeURIComponent(id)}`;
  const named = link === null ? escapeHtml(id) : `<a href="${escapeHtml(link)}">${escapeHtml(id)}</a>`;
  const also = aliases.map((alias) => `<span class="quiet">also <code>${escapeHtml(alias)}</code></span>`);
  return `<tr id="${escapeHtml(`${name}/${id}`)}"><td><span><code><span class="method">${method}</span> ${escapeHtml(path)}</code></span>
<span>${named} <span class="quiet">${escapeHtml(summary)}</span></span>${also.join('')}</td>
<td>${escapeWithCode(needs.text)}</td>
<td><ul class="evidence">${needs.evidence.map(evidenceItem).join('')}</ul></td></tr>`;
}

function evidenceItem({ about, certainty, source }: Ground): string {
  return `<li><code class="${certainty}">${certainty}</code> <span class="quiet">${escapeHtml(about)}: ${escapeWithCode(source)}</span></li>`;
}
