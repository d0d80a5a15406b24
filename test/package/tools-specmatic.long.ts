/** The examples of the documents, sent by Specmatic one after another, with the fields of forms varied. */
import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { credentialOfExamples, DOCUMENTS_WITH_EXAMPLES } from '../support/cast.ts';
import { listeningServer } from '../support/listening.ts';
import { copyInstallation, write } from '../support/package.ts';

const SPECMATIC = 'specmatic@2.55.1';
const PATIENCE_MS = 240_000;
const hasJava = spawnSync('java', ['-version']).status === 0;

/** Specmatic sends no examples in a form whose answer has no body, but texts that it makes. */
const FORMS = ['protocol/openid-connect/revoke', 'protocol/openid-connect/logout', 'login-actions/authenticate'];
const WITHOUT_FORMS = `--filter=PATH!='${FORMS.map((path) => `/auth/realms/{realm}/${path}`).join(',')}'`;

interface Part {
  readonly $ref?: string;
  readonly examples?: object;
}
interface Operation {
  readonly parameters?: readonly Part[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Part>> };
}

let folder: string;
beforeAll(async () => {
  if (hasJava) folder = await copyInstallation([], [SPECMATIC]);
}, PATIENCE_MS);

/** One run of all examples. @returns what it says */
async function sentBy(url: string, document: string, credential: string): Promise<string> {
  const file = `${document}.json`;
  await write(folder, { [file]: await (await fetch(`${url}/openapi/${document}.json`)).text() });
  const jar = join(folder, 'node_modules/specmatic/specmatic.jar');
  const args = ['-jar', jar, 'test', file, `--testBaseURL=${url}`, '--strict'];
  const child = spawn('java', document === 'runai' ? [...args, WITHOUT_FORMS] : args, {
    cwd: folder,
    // A credential is a variable with the name of the security scheme.
    env: { PATH: process.env['PATH'], HOME: folder, bearerAuth: credential, ngcKey: credential },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

/** The operations with an example of a parameter or a body. */
async function withExamples(document: string): Promise<string[]> {
  const { paths, components } = JSON.parse(await readFile(join(folder, `${document}.json`), 'utf8'));
  const hasExample = (part: Part): boolean =>
    (part.$ref === undefined ? part : components.parameters[part.$ref.split('/').at(-1) ?? '']).examples !== undefined;
  return Object.entries<Record<string, Operation>>(paths)
    .filter(([path]) => !FORMS.some((form) => path.endsWith(form)))
    .flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([, { parameters = [], requestBody }]) =>
          [...parameters, ...Object.values(requestBody?.content ?? {})].some(hasExample),
        )
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
}

describe.runIf(hasJava)('Specmatic', { timeout: PATIENCE_MS }, () => {
  it.each(DOCUMENTS_WITH_EXAMPLES)(
    'gets the documented response to each example of %s, with %j',
    async (document, config) => {
      const { url } = await listeningServer(config);
      // biome-ignore lint/suspicious/noExplicitAny: the cast
      const cast: any = await (await fetch(`${url}/_mock/cast`)).json();
      const output = await sentBy(url, document, credentialOfExamples(cast, document));
      const [, failed = ''] = /Tests run: \d+, Successes: \d+, Failures: (\d+)/.exec(output) ?? [];
      const sent = new Set([...output.matchAll(/^Scenario: (\S+ \S+) -> \d+ .*SUCCEEDED/gm)].map(([, call]) => call));

      expect({ failed, output: failed === '0' ? '' : output.slice(-5000) }).toEqual({ failed: '0', output: '' });
      // It sends all of most documents, and nine in ten of Cloud Functions'.
      expect(sent.size).toBeGreaterThan(0.85 * (await withExamples(document)).length);
    },
  );
});
