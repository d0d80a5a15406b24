import { HTML, once, type Pages, pageHeaders, SCRIPT, STYLE } from './pages.ts';

const HEADERS = pageHeaders("'self'");

/** The files of the page, which the build puts into `dist/console`. */
const FILES: Readonly<Record<string, string>> = {
  'console.css': STYLE,
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
  pages.serve('/', HTML, HEADERS, consolePage);
  // Browsers request it with every page and JSON answer. It is empty.
  pages.serve('/favicon.ico', 'image/x-icon', HEADERS, () => '');
  for (const [file, type] of Object.entries(FILES)) {
    const content = once(() => readFile(file));
    pages.serve(`/console/${file}`, type, HEADERS, content);
  }
}

/** @param below the path of the world that the page shows */
function consolePage(below: string): string {
  return `<!doctype html>
<html lang="en" data-below="${below}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>nv-auth-mock</title>
<link rel="stylesheet" href="${below}/console/console.css">
<script type="module" src="${below}/console/console.js"></script>
<link rel="icon" href="data:,">
<div id="console"></div>
<noscript><p>The console of nv-auth-mock needs scripts. Without them: <a href="${below}/docs">the documents</a>,
<a href="${below}/_mock/decisions?effect=deny">what was refused, and why</a>.</p></noscript>
`;
}
