import { once } from '../lib/memory.ts';
import { createPageHeaders, type Pages } from './pages.ts';
import type { ReadableDocument } from './read-documents.ts';

/** The media type of the guide. Browsers show plain text, but download `text/markdown`. */
const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** Serves `/llms.txt` (https://llmstxt.org): a guide for language models, with links to documents and the control API. */
export function serveLlmsTxt(pages: Pages, documents: readonly ReadableDocument[]): void {
  const controlDocuments = documents.filter(({ isControlApi }) => isControlApi);
  const readCalls = once(async () => {
    const texts = await Promise.all(controlDocuments.map(({ read }) => read()));
    return texts.flatMap(listLinkableCalls);
  });
  pages.serve('/llms.txt', PLAIN_TEXT, createPageHeaders("'none'"), async (_below, base) => {
    const renderLink = ({ name, title, tables }: ReadableDocument) =>
      `- [${title}](${base}/openapi/${name}.json): OpenAPI, ${tables.operations.length} operations`;
    const calls = (await readCalls()).map(({ path, summary }) => `- [GET ${path}](${base}${path}): ${summary}`);
    return `# nv-auth-mock

> A local mock of NVIDIA's auth and access-key APIs. It enforces permissions and explains each refusal.

The base URL of every API is ${base}. The description of each operation starts with the rights it needs. The cast lists all users and keys with their credentials.

A refused request has the header \`x-mock-decision\` with an \`id\`. \`GET ${base}/_mock/decisions/ID\` reports what was \`missing\` and
\`held\`, and the \`fixes\`. If the server has an admin token, calls below \`/_mock\` need it in the header \`x-mock-admin-token\`.

## Documents

${documents
  .filter(({ isControlApi }) => !isControlApi)
  .map(renderLink)
  .join('\n')}

## Control API

${[...controlDocuments.map(renderLink), ...calls].join('\n')}
`;
  });
}

/** Returns the calls that a plain link can make: they need neither a body nor an id. */
function listLinkableCalls(document: string) {
  const { paths }: { paths: Readonly<Record<string, { readonly get?: { readonly summary: string } }>> } =
    JSON.parse(document);
  return Object.entries(paths).flatMap(([path, { get }]) =>
    get === undefined || path.includes('{') ? [] : [{ path, summary: get.summary }],
  );
}
