import { readdir, readFile } from 'node:fs/promises';

/** The folder of the package: the code that runs is this file, or one of `dist/` that the build put it into. */
const ROOT = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url);

/** The only file that knows where documents, fixtures and the files of pages are. */
const DOCUMENTS = new URL('dist/openapi/', ROOT);
/** What the build makes of the documents for the server. */
const OPERATIONS = new URL('dist/operations/', ROOT);
const FIXTURES = new URL('fixtures/', ROOT);
const SWAGGER_UI = new URL('dist/swagger-ui/', ROOT);

/** A merged OpenAPI document, as JSON text. @param name of a service, or of one of its profiles: `air.2.0` */
export function documentText(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, DOCUMENTS), 'utf8');
}

/** What the server reads of a document: its operations at once, as JSON text, and their schemas when it asks. */
export async function preparedDocument(name: string) {
  return {
    operations: await readFile(new URL(`${name}.json`, OPERATIONS), 'utf8'),
    schemas: () => readFile(new URL(`${name}.schemas.json`, OPERATIONS), 'utf8'),
  };
}

/** Names of the documents that services are served by; of one with versions, those of the versions. */
export async function documentNames(): Promise<string[]> {
  const names = (await readdir(DOCUMENTS)).map((file) => file.replace(/\.json$/, '')).sort();
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`)));
}

/** A file of Swagger UI, by its own name. */
export function swaggerUiFile(name: string): Promise<Buffer> {
  return readFile(new URL(name, SWAGGER_UI));
}

/** A file of a service's fixtures, as a value. */
export async function fixture(service: string, file: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`${service}/${file}`, FIXTURES), 'utf8'));
}

/** The version of this package. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('package.json', ROOT), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
