import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imageParts, imageSpec } from '../support/image.ts';
import { documentationPages, ROOT } from './architecture/source-files.ts';

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the Dockerfile', () => {
  it('passes a linter', () => {
    expect(validate(text('Dockerfile'))).toEqual([]);
  });

  it('runs the command as its own numeric user, without a shell', () => {
    const { uid, entrypoint, command, healthcheck } = imageSpec();

    expect(uid).toBeGreaterThan(0);
    expect([...entrypoint, ...command]).toEqual(['/nodejs/bin/node', '/app/dist/main.cjs', 'start']);
    expect(healthcheck).toEqual(['/nodejs/bin/node', '/app/dist/main.cjs', 'health']);
  });

  it('uses only features of Podman 4 and Docker 20', () => {
    const dockerfile = text('Dockerfile');

    expect(dockerfile).not.toMatch(/--start-interval|^# syntax=|<<|--mount|--chmod|--link/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*--timeout=([5-9]|\d\d+)s .*--start-period=60s/m);
  });

  it('has no variable that looks like a secret, except where that check is disabled', () => {
    // https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
    const looksSecret = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
    const suspected = Object.keys(imageSpec().environment).filter((name) => looksSecret.test(name));

    expect(suspected.every((name) => /^NV_AUTH_MOCK_(?:HOST|DATA|ETC)$/.test(name))).toBe(true);
    expect(text('Dockerfile')).toMatch(/^# check=skip=SecretsUsedInArgOrEnv\n/);
  });

  it('creates a world-writable /data, and copies it with its mode', () => {
    expect(text('Dockerfile')).toMatch(
      /mkdir -m 1777 \/image\/state\/data\b[\s\S]*^COPY --from=build \/image\/state \/$/m,
    );
  });

  it('omits the sources of the native module', () => {
    expect(imageParts()).toContain('node_modules/better-sqlite3/build/Release/better_sqlite3.node');
    expect(imageParts().filter((part) => /better-sqlite3(?:\/(?:deps|src|build))?$/.test(part))).toEqual([]);
  });

  it('copies the manifest of each workspace before it installs', () => {
    const { workspaces } = JSON.parse(text('package.json'));
    const [beforeInstall = ''] = text('Dockerfile').split('\nRUN npm ci\n');

    for (const folder of workspaces) expect(beforeInstall).toContain(`\nCOPY ${folder}/package.json ${folder}/`);
  });

  it('copies no ignored file', () => {
    const ignored = text('.dockerignore').trim().split('\n');
    const copied = [
      'package.json',
      'package-lock.json',
      'fixtures',
      'LICENSE',
      'src',
      'scripts',
      'openapi',
      'console/package.json',
      'console/src',
    ];

    expect(copied.filter((path) => ignored.some((one) => `${path}/`.startsWith(`${one}/`)))).toEqual([]);
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

it('the compose file waits for a healthy mock, with one issuer per world', () => {
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

describe('the compose file with PostgreSQL', () => {
  const { services, volumes } = parse(text('examples/compose/compose.postgres.yaml'), { merge: true });
  const { mock, database, client } = services;
  const isHealthy = { condition: 'service_healthy' };

  it('pins the version of every image that it does not build', () => {
    expect(mock).toMatchObject({ image: expect.stringContaining('NV_AUTH_MOCK_IMAGE'), build: '../..' });
    for (const { image } of [database, client]) expect(image).toMatch(/^[a-z]+:\d+(?:\.\d+)?(?:-[a-z-]+)?$/);
  });

  it('gives the mock the URL of its database, and restarts it after it loses its session', () => {
    const { POSTGRES_USER: user, POSTGRES_PASSWORD: secret, POSTGRES_DB: name } = database.environment;

    expect(mock.environment).toEqual({ NV_AUTH_MOCK_DATA: `postgres://${user}:${secret}@database/${name}` });
    expect(mock.restart).toBe('always');
    expect(Object.keys(volumes).map((volume) => `${volume}:/var/lib/postgresql/data`)).toEqual(database.volumes);
  });

  it('waits for a healthy database, and then for a healthy mock', () => {
    expect(database.healthcheck.test.slice(0, 2)).toEqual(['CMD', 'pg_isready']);
    expect([mock.depends_on, client.depends_on]).toEqual([{ database: isHealthy }, { mock: isHealthy }]);
    // The image brings its own.
    expect(mock.healthcheck).toBeUndefined();
  });
});
