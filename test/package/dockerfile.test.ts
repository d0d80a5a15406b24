import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imageParts, imageSpec } from '../support/image.ts';
import { documentationPages, ROOT } from './architecture/source-files.ts';

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the Dockerfile', () => {
  it('runs the command as its own numeric user, without a shell', () => {
    const { uid, entrypoint, command, healthcheck } = imageSpec();

    expect(uid).toBeGreaterThan(0);
    expect([...entrypoint, ...command]).toEqual(['/nodejs/bin/node', '/app/dist/main.cjs', 'start']);
    expect(healthcheck).toEqual(['/nodejs/bin/node', '/app/dist/main.cjs', 'health']);
  });

  it('omits the sources of the native module', () => {
    expect(imageParts()).toContain('node_modules/better-sqlite3/build/Release/better_sqlite3.node');
    expect(imageParts().filter((part) => /better-sqlite3(?:\/(?:deps|src|build))?$/.test(part))).toEqual([]);
  });
});

it('every published port is bound to loopback', () => {
  const pages = [
    ...['README.md', ...documentationPages().map(({ path }) => path)],
    'examples/compose/compose.yaml',
    'examples/compose/compose.postgres.yaml',
  ];
  const published = pages.flatMap((page) => [...text(page).matchAll(/(\S+:)?6625:6625/g)].map(([, host]) => host));

  expect(published.length).toBeGreaterThan(1);
  expect(new Set(published.map((host) => host?.replace(/^"/, '')))).toEqual(new Set(['127.0.0.1:']));
});

/** Every compose file that we ship or show, with its place. */
function composeFiles() {
  const files = ['compose/compose', 'compose/compose.postgres', 'scaffold/compose/compose.nv-auth-mock'];
  const shipped = files.map((name) => [`examples/${name}.yaml`, text(`examples/${name}.yaml`)] as const);
  const shown = documentationPages().flatMap(({ path }) =>
    [...text(path).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => [path, block] as const),
  );
  const all = [...shipped, ...shown].map(([path, content]) => [path, parse(content, { merge: true })] as const);
  return all.filter(([, content]) => content?.services !== undefined);
}

it('every mock in a compose file has its network name as a name of the server', () => {
  const unnamed = composeFiles().flatMap(([path, { services }]) =>
    Object.entries<{ image?: string; command?: string[]; environment?: Record<string, string> }>(services).flatMap(
      ([service, { image = '', command = [], environment = {} }]) => {
        if (!image.includes('nv-auth-mock')) return [];
        const url = environment['NV_AUTH_MOCK_PUBLIC_URL'] ?? command[command.indexOf('--public-url') + 1];
        const names = [environment['NV_AUTH_MOCK_ALIAS'], URL.canParse(url ?? '') ? new URL(url ?? '').hostname : ''];
        return names.includes(service) ? [] : [`${path}: ${service}`];
      },
    ),
  );

  expect(composeFiles().length).toBeGreaterThan(2);
  expect(unnamed).toEqual([]);
});
