import { hashContentSource } from '../platform/content-source.ts';
import { once } from '../platform/once.ts';
import { type CopyExtension, readBuiltFile } from './compress.ts';
import { createPageHeaders, HTML, type Pages, SCRIPT } from './pages.ts';

/** The script that hides the markup of the first view, which every page contains, if another view is opened. */
const HIDE_FIRST_VIEW =
  "if(!/^(#\\/?(requests)?)?$/.test(location.hash))document.documentElement.classList.add('elsewhere')";

const HEADERS = createPageHeaders("'self'");

/** The media types of the page's files, which the build writes to `dist/console`. */
const FILES: Readonly<Record<string, string>> = {
  'console.js': SCRIPT,
  'others.js': SCRIPT,
};

/**
 * Serves the console at `/`: a page that uses only the control API. Its files are read on first use.
 *
 * @param readFile reads a file of the console
 */
export function serveConsole(pages: Pages, readFile: (name: string) => Promise<Buffer>): void {
  const readText = (file: string) => once(async () => String(await readFile(file)));
  const readFirstView = readText('first-view.html');
  const readStyles = readText('console.css');
  const headers = once(async () => {
    return createPageHeaders(
      `'self' ${hashContentSource(await readStyles())}`,
      `'self' ${hashContentSource(HIDE_FIRST_VIEW)}`,
    );
  });
  const renderPage = async (below: string) =>
    Buffer.from(renderConsolePage(below, await readFirstView(), await readStyles()));
  const renderDefaultPage = once(() => renderPage(''));
  pages.serve('/', HTML, headers, (below) => (below === '' ? renderDefaultPage() : renderPage(below)));
  // Browsers request an icon with every page and JSON response.
  pages.serve('/favicon.ico', 'image/x-icon', HEADERS, () => '');
  for (const [file, type] of Object.entries(FILES)) {
    const read = (extension: CopyExtension) => once(() => readFile(file + extension));
    const forms = { '': read(''), '.br': read('.br'), '.gz': read('.gz') };
    pages.serve(`/console/${file}`, type, HEADERS, (_below, _base, reply) =>
      readBuiltFile(reply, (extension) => forms[extension]()),
    );
  }
}

/**
 * Renders the page of the console.
 *
 * @param below the path of the world that the page shows
 * @param firstView markup to show until the script takes over, which loads with low priority so that this is shown first
 * @param styles inlined so that the first paint needs no other file
 */
function renderConsolePage(below: string, firstView: string, styles: string): string {
  return `<!doctype html>
<html lang="en" data-below="${below}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>nv-auth-mock</title>
<style>${styles}</style>
<script>${HIDE_FIRST_VIEW}</script>
<script type="module" src="${below}/console/console.js" fetchpriority="low"></script>
<link rel="icon" href="data:,">
<noscript><p>The console of nv-auth-mock needs JavaScript. Without it, use <a href="${below}/docs">the API documents</a> or
<a href="${below}/_mock/decisions?effect=deny">the list of refusals with reasons</a>.</p></noscript>
${renderIconSymbols()}
<div id="console" class="framed">${firstView.replaceAll('href="/', `href="${below}/`)}</div>
`;
}

/** The icons of views and buttons, as SVG paths on a 16 by 16 grid. */
const ICONS: Readonly<Record<string, string>> = {
  requests: 'M2 4h9M8 1l3 3-3 3M14 12H5M8 9l-3 3 3 3',
  clock: 'M8 2a6 6 0 1 0 .01 0M8 5v3l2 2',
  faults: 'M9 1L3 9h4l-1 6 6-8H8z',
  worlds: 'M8 2a6 6 0 1 0 .01 0M2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12',
  identities: 'M8 3a2.5 2.5 0 1 0 .01 0M3 14c0-6 10-6 10 0',
  'access-matrix': 'M2 2h12v12H2zM2 6h12M2 10h12M6 2v12M10 2v12',
  'least-privilege': 'M8 1.5l5.5 2V8c0 3-2.5 5.5-5.5 6.5C5 13.5 2.5 11 2.5 8V3.5zM6 8l1.5 1.5L10 6.5',
  search: 'M7 2a5 5 0 1 0 .01 0M10.5 10.5L14 14',
  menu: 'M2 4h12M2 8h12M2 12h12',
  docs: 'M3 2h7l3 3v9H3zM10 2v3h3M6 8h4M6 11h4',
};

/** Renders the icons as SVG symbols, which navigation links refer to. */
function renderIconSymbols(): string {
  const symbols = Object.entries(ICONS).map(
    ([name, path]) => `<symbol id="icon-${name}" viewBox="0 0 16 16"><path d="${path}"/></symbol>`,
  );
  return `<svg class="icons">${symbols.join('')}</svg>`;
}
