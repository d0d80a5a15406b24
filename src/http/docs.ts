import { HTML, once, type Pages, type PageText, pageHeaders, SCRIPT, STYLE } from './pages.ts';

/** A document to read: the name of its service, its title for people, and how to get its JSON text. */
export interface ReadableDocument {
  readonly name: string;
  readonly title: string;
  readonly read: () => Promise<string>;
}

/** The content types of Swagger UI's files. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': STYLE,
  'swagger-ui-bundle.js': SCRIPT,
};

/** Swagger UI sets styles in its elements. */
const HEADERS = pageHeaders("'self' 'unsafe-inline'");

/**
 * Serves the documents at `/openapi/<service>.json`, and pages to read them below `/docs`.
 *
 * @param readFile reads a file of Swagger UI
 */
export function serveDocs(
  pages: Pages,
  documents: readonly ReadableDocument[],
  readFile: (name: string) => Promise<Buffer>,
): void {
  const serve = (path: string, type: string, text: PageText) => pages.serve(path, type, HEADERS, text);
  serve('/docs', HTML, (below) => indexPage(documents, below));
  for (const document of documents) {
    const { name } = document;
    const text = once(document.read);
    const jsonBelow = async (below: string) =>
      Buffer.from(below === '' ? await text() : withServer(await text(), below));
    serve(`/openapi/${name}.json`, 'application/json', jsonBelow);
    serve(`/docs/${name}/json`, 'application/json', jsonBelow);
    serve(`/docs/${name}`, HTML, (below) => readerPage(document, below));
  }
  serve('/docs/static/reader.js', SCRIPT, () => READER);
  for (const [file, type] of Object.entries(FILES)) {
    const content = once(() => readFile(file));
    serve(`/docs/static/${file}`, type, content);
  }
}

/** Opens the document that the page names. In a file of its own, so that no page needs an inline script. */
const READER = `SwaggerUIBundle({
  domNode: document.getElementById('reader'),
  url: document.getElementById('reader').dataset.document,
  deepLinking: true,
  validatorUrl: null,
});
`;

/** Names the world's own address in its document, so that whoever follows it stays in that world. */
function withServer(text: string, below: string): string {
  return JSON.stringify({ ...JSON.parse(text), servers: [{ url: below }] });
}

function readerPage({ name, title }: ReadableDocument, below: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="${below}/docs/static/swagger-ui.css">
<div id="reader" data-document="${below}/openapi/${name}.json"></div>
<script src="${below}/docs/static/swagger-ui-bundle.js"></script>
<script src="${below}/docs/static/reader.js"></script>
`;
}

function indexPage(documents: readonly ReadableDocument[], below: string): string {
  const rows = documents.map(
    ({ name, title }) =>
      `<li><a href="${below}/docs/${name}">${title}</a> <small><a href="${below}/openapi/${name}.json">JSON</a></small></li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>nv-auth-mock: documents</title>
<style>
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  small { margin-left: .5rem }
</style>
<h1>nv-auth-mock</h1>
<p>What this server answers to, as OpenAPI documents:</p>
<ul>
${rows.join('\n')}
</ul>
<p><a href="${below}/_mock/cast">Who is who</a>, with credentials. <a href="${below}/_mock/decisions?effect=deny">What was refused, and why.</a></p>
`;
}
