import { once } from '../lib/memory.ts';
import { createPageHeaders, HTML, type Pages, SCRIPT } from './pages.ts';

const HEADERS = createPageHeaders("'self'");

const FILES = { 'console.js': SCRIPT, 'console.css': 'text/css; charset=utf-8' } as const;

/** Serves the console at `/`: a page that uses only the control API. Its files are read on first use. */
export function serveConsole(pages: Pages, readFile: (name: string) => Promise<Buffer>): void {
  const readPage = once(async () => String(await readFile('index.html')));
  // A world by path has the page, its files and the API below the path.
  pages.serve('/', HTML, HEADERS, async (below) =>
    (await readPage()).replace('data-below=""', `data-below="${below}"`).replaceAll('"./', `"${below}/`),
  );
  // Browsers request an icon with every page and JSON response.
  pages.serve('/favicon.ico', 'image/x-icon', HEADERS, () => '');
  for (const [file, type] of Object.entries(FILES)) {
    pages.serve(
      `/${file}`,
      type,
      HEADERS,
      once(() => readFile(file)),
    );
  }
}
