import { readFile } from 'node:fs/promises';

/** The only file that knows where documents and fixtures lie: two folders beside the code, in the source tree as in the package. */
const DOCUMENTS = new URL('../dist/openapi/', import.meta.url);
const FIXTURES = new URL('../fixtures/', import.meta.url);

/** A service's merged OpenAPI document, as JSON text. */
export function documentText(service: string): Promise<string> {
  return readFile(new URL(`${service}.json`, DOCUMENTS), 'utf8');
}

/** A file of a service's fixtures, as a value. */
export async function fixture(service: string, file: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`${service}/${file}`, FIXTURES), 'utf8'));
}

/** The version of this package. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
