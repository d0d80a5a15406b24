import { contentSource } from '../platform/content-source.ts';
import { iconSymbols } from './console-rail.ts';
import { HTML, once, type Pages, pageHeaders, SCRIPT, STYLE } from './pages.ts';

/** The page has the markup of the first view. It is not shown to somebody who opens another view. */
const UNLESS_FIRST =
  "if(!/^(#\\/?(requests)?)?$/.test(location.hash))document.documentElement.classList.add('elsewhere')";

const HEADERS = pageHeaders("'self'");

/** The files of the page, which the build puts into `dist/console`. */
const FILES: Readonly<Record<string, string>> = {
  'frame.css': STYLE,
  'console.js': SCRIPT,
  'others.js': SCRIPT,
};

/**
 * Serves the console at `/`, a page that is a client of the control API only. Its files are read on first use.
 *
 * @param readFile reads a file of the console
 */
export function serveConsole(pages: Pages, readFile: (name: string) => Promise<Buffer>): void {
  const text = (file: string) => once(async () => String(await readFile(file)));
  const [firstView, styles] = [text('first-view.html'), text('console.css')];
  const headers = once(async () => {
    return pageHeaders(`'self' ${contentSource(await styles())}`, `'self' ${contentSource(UNLESS_FIRST)}`);
  });
  pages.serve('/', HTML, headers, async (below) => consolePage(below, await firstView(), await styles()));
  // Browsers request it with every page and JSON answer. It is empty.
  pages.serve('/favicon.ico', 'image/x-icon', HEADERS, () => '');
  for (const [file, type] of Object.entries(FILES)) {
    const content = once(() => readFile(file));
    pages.serve(`/console/${file}`, type, HEADERS, content);
  }
}

/**
 * @param below the path of the world that the page shows
 * @param firstView markup that is drawn before the script is there. The script has a low priority, or the browser would run it first.
 * @param styles in the page, so that nothing else has to be read before it is drawn
 */
function consolePage(below: string, firstView: string, styles: string): string {
  return `<!doctype html>
<html lang="en" data-below="${below}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>nv-auth-mock</title>
<style>${styles}</style>
<script>${UNLESS_FIRST}</script>
<script type="module" src="${below}/console/console.js" fetchpriority="low"></script>
<link rel="icon" href="data:,">
<noscript><p>The console of nv-auth-mock needs scripts. Without them: <a href="${below}/docs">the documents</a>,
<a href="${below}/_mock/decisions?effect=deny">what was refused, and why</a>.</p></noscript>
${iconSymbols()}
<div id="console" class="framed">${firstView.replaceAll('href="/', `href="${below}/`)}</div>
`;
}
