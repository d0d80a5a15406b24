import { LOOK } from '../core/html.ts';
import { indexPage, operationsPage, readerPage } from './docs-pages.ts';
import { HTML, once, type Pages, type PageText, pageHeaders, SCRIPT, STYLE } from './pages.ts';
import { explainDocument, operationsIn, type ReadableDocument } from './read-documents.ts';
import { registerDocument } from './swagger.ts';

/** Readers of the files of these pages, by file name. */
export interface DocsFiles {
  /** Files of Swagger UI. */
  readonly swaggerUi: (name: string) => Promise<Buffer>;
  /** Our own files, in `http/docs/`. */
  readonly own: (name: string) => Promise<Buffer>;
}

/** Swagger UI's files, with their content types. */
const SWAGGER_UI: Readonly<Record<string, string>> = { 'swagger-ui.css': STYLE, 'swagger-ui-bundle.js': SCRIPT };
const OWN: Readonly<Record<string, string>> = {
  'operations.js': SCRIPT,
  'reader.js': SCRIPT,
  'reader.css': STYLE,
};

const HEADERS = pageHeaders("'self'");
/** Swagger UI sets inline styles. */
const READER_HEADERS = pageHeaders("'self' 'unsafe-inline'");

/**
 * Serves the documents at `/openapi/<service>.json` and `.yaml`, their list at `/openapi`, pages to read them below `/docs`, and a table of all operations at
 * `/docs/operations`. Nothing is read or rendered before the first request for it.
 */
export function serveDocs(pages: Pages, documents: readonly ReadableDocument[], files: DocsFiles): void {
  const serve = (path: string, type: string, text: PageText) => pages.serve(path, type, HEADERS, text);
  serve('/docs', HTML, (below) => indexPage(documents, below));
  serve('/openapi', 'application/json', (_below, base) => listOf(documents, base));
  const listed = once(() =>
    Promise.all(
      documents.map(async (document) => ({
        name: document.name,
        title: document.title,
        operations: await operationsIn(document),
      })),
    ),
  );
  serve('/docs/operations', HTML, async (below) => operationsPage(await listed(), below));
  for (const document of documents) {
    const { name } = document;
    const registered = once(async () => registerDocument(await explainDocument(document)));
    for (const form of ['json', 'yaml'] as const) {
      // The world's own address is the server, so that clients made from its document stay in that world.
      const textAt = async (server: string) => Buffer.from((await registered())[form](server));
      // Kept, so that many requests share its bytes.
      const textOfDefault = once(() => textAt('/'));
      const text: PageText = (below) => (below === '' ? textOfDefault() : textAt(below));
      serve(`/openapi/${name}.${form}`, `application/${form}`, text);
      serve(`/docs/${name}/${form}`, `application/${form}`, text);
    }
    pages.serve(`/docs/${name}`, HTML, READER_HEADERS, (below) => readerPage(document, below));
  }
  serve('/docs/static/pages.css', STYLE, () => `@layer look {${LOOK}}${PAGES_STYLE}`);
  const serveFiles = (types: Readonly<Record<string, string>>, read: (name: string) => Promise<Buffer>) => {
    for (const [file, type] of Object.entries(types)) {
      serve(
        `/docs/static/${file}`,
        type,
        once(() => read(file)),
      );
    }
  };
  serveFiles(OWN, files.own);
  serveFiles(SWAGGER_UI, files.swaggerUi);
}

/** The documents with whole URLs, which programs can use as they are. */
function listOf(documents: readonly ReadableDocument[], base: string): string {
  const listed = documents.map(({ name, title }) => {
    const at = `${base}/openapi/${name}`;
    return { name, title, json: `${at}.json`, yaml: `${at}.yaml` };
  });
  return JSON.stringify({ documents: listed });
}

/** Styles of the document pages, in addition to those of all pages, over which those of Swagger UI win. */
const PAGES_STYLE = `
html, body { height: 100% }
.framed > main { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); overflow: hidden }
/* Swagger UI scrolls it to an operation, and measures from what is positioned. */
.scrolled { position: relative; overflow: auto }
.pages { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem 1.2rem; min-height: 3rem; padding: .4rem 1rem; border-bottom: 1px solid var(--line) }
.tabs { display: flex; flex-wrap: wrap; gap: .2rem 1rem }
.tabs a { text-decoration: none }
.tabs a[aria-current] { color: var(--text); border-bottom: 2px solid var(--accent) }
#where, #rail, #watching { display: contents }
:where(header, .pages, .said, dialog) :where(button) { min-height: var(--control) }
:where(header, .pages, dialog, .filter) :where(select, input) { height: var(--control) }
.said p { margin: .3rem 0 }
.said .fault { padding: 0; border: 0; background: none }
time { font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; font-size: .92em }
.who { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .6rem; margin-left: auto }
.who select { flex: 1; min-width: 9rem; max-width: 22rem }
[hidden] { display: none !important }
.unread { margin: 0; padding: 1rem }
.text { max-width: 62rem; padding: 1.5rem 1rem 4rem }
.wide { max-width: 110rem; padding: 1.5rem 1rem 4rem }
.wide > p { max-width: 50rem }
.wide h2 { margin: 2rem 0 .4rem }
.documents { list-style: none; margin: 0 0 1.5rem; padding: 0 }
.documents li { display: flex; flex-wrap: wrap; gap: .2rem 1rem; justify-content: space-between; padding: .6rem 0; border-top: 1px solid var(--line) }
.filter { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .6rem; margin: 1rem 0 }
.filter input { width: min(24rem, 100%) }
.wide table { width: 100%; border-collapse: collapse }
.wide th { text-align: left; font-weight: 600; color: var(--quiet) }
.wide :is(th, td) { padding: .4rem .8rem .4rem 0; vertical-align: top; border-bottom: 1px solid var(--line) }
.wide th:nth-child(1) { width: 36% }
.wide th:nth-child(2) { width: 34% }
.wide td > span { display: block }
.wide td .method { font-weight: 600 }
.evidence { list-style: none; margin: 0; padding: 0 }
.inferred, .ours, .contradicted { color: var(--warn) }
.documented, .implied, .observed { color: var(--allow) }
@media (scripting: none) {
  .go-to { display: none }
}
@media (width > 48rem) {
  /* Their usual widths: what stands beside them does not move when they come. */
  #clock { display: flex; justify-content: end }
  #watching { display: block; min-width: 3rem }
}
@media (pointer: coarse) {
  :where(.pages, dialog, .filter) :where(select, input) { font-size: 16px }
}
@media (max-width: 50rem) {
  .wide :is(table, tbody, tr, td) { display: block; width: auto }
  .wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .wide tr { padding: .6rem 0; border-bottom: 1px solid var(--line) }
  .wide td { padding: .1rem 0; border: 0 }
}
`;
