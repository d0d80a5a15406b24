import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';
import { ROOT, sourceFiles } from './source-files.ts';

const [, PROMISED = ''] =
  /## What it promises\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')) ?? [];

/** Lists all calls below `/_mock`, from the document and from the code. */
function listControlCalls(): string[] {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'dist/openapi/control.json'), 'utf8'));
  const documented = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, 'any')}`),
  );
  const beside = sourceFiles('src/http', '.ts').flatMap(({ text }) => [...text.matchAll(/'(\/_mock\/[\w./-]+)'/g)]);
  return [...new Set([...documented, ...beside.map(([, path]) => `GET ${path}`)])];
}

it('SECURITY.md lists every call without an admin token', async () => {
  const server = await testServer({ adminToken: 'a-token-of-the-team', tls: true });
  const calls = listControlCalls();
  const open: string[] = [];
  for (const call of calls) {
    const [method, url] = call.split(' ') as ['GET', string];
    if ((await server.app.inject({ method, url })).statusCode !== 401) open.push(call);
  }
  const [, named = ''] = /calls need no token: (.*?)\. Other/s.exec(PROMISED) ?? [];

  expect(calls.length).toBeGreaterThan(50);
  expect(open.sort()).toEqual([...named.matchAll(/`(\/_mock\/\S+)`/g)].map(([, path]) => `GET ${path}`).sort());
});
