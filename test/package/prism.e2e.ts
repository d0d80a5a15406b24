/** The examples of the documents through Prism's proxy, which validates requests and responses. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { castExamplesOf, castRequestOf, follow, idOf, isRefused } from '../../scripts/documents/cast-examples.mjs';
import { credentialOfExamples } from '../support/cast.ts';
import { listeningServer } from '../support/listening.ts';
import { copyInstallation, write } from '../support/package.ts';
import { occupyPort } from '../support/ports.ts';

const PRISM = '@stoplight/prism-cli@5.14.2';
const PATIENCE_MS = 240_000;
/** Prism follows redirects itself, and then finds the answer to another request. */
const FOLLOWED = ['getAssetContent'];
const FORM = 'application/x-www-form-urlencoded';

let folder: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  folder = await copyInstallation([], [PRISM]);
}, PATIENCE_MS);
afterAll(() => {
  for (const child of running) child.kill();
});

/** Prism between a client and the server. @returns its URL */
async function proxied(file: string, upstream: string): Promise<string> {
  const { port, release } = await occupyPort();
  await release();
  const main = createRequire(join(folder, 'package.json')).resolve('@stoplight/prism-cli/dist/index.js');
  const args = [main, 'proxy', join(folder, file), upstream, '--errors', '--port', `${port}`];
  running.push(spawn(process.execPath, args, { stdio: 'ignore' }));
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return url;
    await pause(100);
  }
}

describe.each([
  ['runai', 'runai.2.24'],
  ['ngc', 'ngc'],
  ['nvcf', 'nvcf'],
  ['nvct', 'nvct'],
  ['catalogue', 'catalogue'],
  ['nak', 'nak'],
  ['air', 'air.2.0'],
] as const)("Prism's proxy with the document of %s", { timeout: PATIENCE_MS }, (service, name) => {
  it('finds no violation in the examples and their responses', async () => {
    const { url } = await listeningServer(service === 'nak' ? { nvcf: 'open-source' } : {});
    const document = await read(`${url}/openapi/${service}.json`);
    await write(folder, { [`${service}.json`]: JSON.stringify(document) });
    const proxy = await proxied(`${service}.json`, url);
    const cast = await read(`${url}/_mock/cast`);
    const authorization = `Bearer ${credentialOfExamples(cast, service)}`;
    const examples = await castExamplesOf(service);
    if (examples === undefined) throw new Error(`${service} has no examples`);

    let sent = 0;
    const violations: string[] = [];
    for (const [path, item] of Object.entries<Readonly<Record<string, never>>>(document.paths)) {
      for (const [method, operation] of Object.entries<{ readonly requestBody?: object }>(item)) {
        const { requests } = examples;
        if (isRefused(requests, operation, name) || idOf(operation as never) in requests.skipped) continue;
        if (FOLLOWED.includes(idOf(operation as never))) continue;
        await fetch(`${url}/_mock/reset`, { method: 'POST' });
        const { parameters, body } = castRequestOf(document, operation, requests);
        const type = Object.keys(follow(document, operation.requestBody)?.content ?? {})[0] ?? '';
        const text = type === FORM ? `${new URLSearchParams(body as Record<string, string>)}` : JSON.stringify(body);
        const answer = await fetch(`${proxy}${urlOf(path, parameters)}`, {
          method: method.toUpperCase(),
          headers: { authorization, ...headersOf(parameters), ...(body !== undefined && { 'content-type': type }) },
          redirect: 'manual',
          ...(body !== undefined && { body: text }),
        });
        const answerText = await answer.text();
        if (answerText.includes('stoplight.io/prism')) violations.push(`${method} ${path}: ${answerText}`);
        sent += 1;
      }
    }
    expect(violations).toEqual([]);
    expect(sent).toBeGreaterThan(6);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a document, or the cast
async function read(url: string): Promise<any> {
  return (await fetch(url)).json();
}

interface Given {
  readonly parameter: { readonly in: string; readonly name: string };
  readonly value: unknown;
}

function headersOf(given: readonly Given[]): Record<string, string> {
  const own = given.filter(({ parameter }) => parameter.in === 'header');
  return Object.fromEntries(own.map(({ parameter, value }) => [parameter.name, String(value)]));
}

function urlOf(template: string, given: readonly Given[]): string {
  const query = new URLSearchParams();
  let path = template;
  for (const { parameter, value } of given) {
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    if (parameter.in === 'query') query.set(parameter.name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
