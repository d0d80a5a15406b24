// @ts-check
/** Makes the OpenAPI files of each service into the documents that are served and validated against. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { mergeDocuments } from './documents/merge.mjs';
import { profilesOf } from './documents/versions.mjs';

const SOURCE = new URL('../openapi/', import.meta.url);
const TARGET = new URL('../dist/openapi/', import.meta.url);

/** Writes the merged document of every service to dist/openapi. */
export async function buildDocuments() {
  await mkdir(TARGET, { recursive: true });
  /** @type {string[]} */
  const written = [];
  /** @type {(name: string, document: object) => Promise<void>} */
  const write = async (name, document) => {
    written.push(`${name}.json`);
    await writeFile(new URL(`${name}.json`, TARGET), JSON.stringify(document));
  };
  const services = await readdir(SOURCE, { withFileTypes: true });
  for (const service of services.filter((entry) => entry.isDirectory())) {
    const folder = new URL(`${service.name}/`, SOURCE);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    const fragments = await Promise.all(
      names.map(async (name) => ({
        name: `openapi/${service.name}/${name}`,
        document: JSON.parse(await readFile(new URL(name, folder), 'utf8')),
      })),
    );
    const merged = mergeDocuments(fragments);
    await write(service.name, merged);
    for (const [profile, document] of profilesOf(merged)) await write(`${service.name}.${profile}`, document);
  }
  const old = (await readdir(TARGET)).filter((file) => !written.includes(file));
  await Promise.all(old.map((file) => rm(new URL(file, TARGET))));
}
