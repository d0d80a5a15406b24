import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imageParts, imageSpec } from '../support/image.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the Dockerfile', () => {
  it('has no fault that a linter finds', () => {
    expect(validate(text('Dockerfile'))).toEqual([]);
  });

  it('runs the command as a user of its own, by number, without a shell', () => {
    const { uid, entrypoint, command, healthcheck } = imageSpec();

    expect(uid).toBeGreaterThan(0);
    expect([...entrypoint, ...command]).toEqual(['/nodejs/bin/node', '/app/dist/main.js', 'start']);
    expect(healthcheck).toEqual(['/nodejs/bin/node', '/app/dist/main.js', 'health']);
  });

  it('asks for nothing that Podman 4 and Docker 20 do not have', () => {
    const dockerfile = text('Dockerfile');

    expect(dockerfile).not.toMatch(/--start-interval|^# syntax=|<<|--mount|--chmod|--link/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*--timeout=([5-9]|\d\d+)s/m);
  });

  it('has no variable that the check for secrets takes for one, unless that check is left out', () => {
    // https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
    const looksSecret = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
    const suspected = Object.keys(imageSpec().environment).filter((name) => looksSecret.test(name));

    expect(suspected.every((name) => /^NV_AUTH_MOCK_(?:HOST|DATA|ETC)$/.test(name))).toBe(true);
    expect(text('Dockerfile')).toMatch(/^# check=skip=SecretsUsedInArgOrEnv\n/);
  });

  it('makes a /data in which everybody may write, and copies it with its mode', () => {
    expect(text('Dockerfile')).toMatch(
      /mkdir -m 1777 \/image\/state\/data\b[\s\S]*^COPY --from=build \/image\/state \/$/m,
    );
  });

  it('leaves the sources of the native module out', () => {
    expect(imageParts()).toContain('node_modules/better-sqlite3/build/Release/better_sqlite3.node');
    expect(imageParts().filter((part) => /better-sqlite3(?:\/(?:deps|src|build))?$/.test(part))).toEqual([]);
  });

  it('copies nothing that its ignore file leaves out', () => {
    const ignored = text('.dockerignore').trim().split('\n');
    const copied = ['package.json', 'package-lock.json', 'fixtures', 'LICENSE', 'src', 'scripts', 'openapi'];

    expect(copied.filter((path) => ignored.includes(path))).toEqual([]);
  });
});

it('a port is published on loopback only, wherever one is published', () => {
  const pages = ['README.md', 'docs/in-compose.md', 'docs/in-tests.md', 'examples/compose/compose.yaml'];
  const published = pages.flatMap((page) => [...text(page).matchAll(/(\S+:)?6625:6625/g)].map(([, host]) => host));

  expect(published.length).toBeGreaterThan(1);
  expect(new Set(published.map((host) => host?.replace(/^"/, '')))).toEqual(new Set(['127.0.0.1:']));
});

it('the compose file waits for the mock to be healthy, and gives everybody in a world one issuer', () => {
  const { services } = parse(text('examples/compose/compose.yaml'), { merge: true });
  const { mock, client: both, ...clients } = services;
  const [start, flag, publicUrl] = mock.command;
  const worlds = mock.environment.NV_AUTH_MOCK_WORLD.split(',');

  expect([start, flag]).toEqual(['start', '--public-url']);
  expect(Object.keys(clients)).toEqual(worlds);
  expect(both.depends_on).toEqual({ mock: { condition: 'service_healthy' } });
  expect(both.environment.WORLDS.split(' ')).toEqual(worlds);
  expect(both.command.at(-1)).toContain(`=${publicUrl}/w/$$WORLD`);
  for (const [world, client] of Object.entries<typeof mock>(clients)) {
    expect(client.depends_on).toEqual({ mock: { condition: 'service_healthy' } });
    expect(new Set(Object.values(client.environment))).toEqual(new Set([`${publicUrl}/w/${world}`]));
  }
});
