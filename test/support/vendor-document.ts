import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyFolder } from './folder.ts';
import { testServer } from './server.ts';

// biome-ignore lint/suspicious/noExplicitAny: any part of a document
export type Change = (document: any) => void;

/** Our own document of Run:ai, changed, as a file. @returns the value of `--spec-of` */
export async function documentFile(change: Change): Promise<string> {
  const { body } = await (await testServer()).call('GET /openapi/runai.json');
  change(body);
  const file = join(await emptyFolder(), 'changed.json');
  await writeFile(file, JSON.stringify(body));
  return `runai=${file}`;
}
