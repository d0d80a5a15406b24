import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatFlagName, formatVariableName, OPTIONS } from '../../src/config/options.ts';
import { parseLocation } from '../../src/store/postgres/location.ts';
import { documentationPages, ROOT } from '../architecture/source-files.ts';
import { imageParts, imageSpec } from '../support/image.ts';

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
    expect(dockerfile).toMatch(/^HEALTHCHECK .*--timeout=([5-9]|\d\d+)s/m);
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
    ...['compose', 'standby', 'shards'].map((name) => `examples/compose/${name}.yaml`),
  ];
  const published = pages.flatMap((page) => [...text(page).matchAll(/(\S+:)?6625:6625/g)].map(([, host]) => host));

  expect(published.length).toBeGreaterThan(1);
  expect(new Set(published.map((host) => host?.replace(/^"/, '')))).toEqual(new Set(['127.0.0.1:']));
});

/** Every compose file that we ship or show, with its place. */
function composeFiles() {
  const files = ['compose/compose', 'compose/standby', 'compose/shards', 'scaffold/compose/compose.nv-auth-mock'];
  const shipped = files.map((name) => [`examples/${name}.yaml`, text(`examples/${name}.yaml`)] as const);
  const shown = documentationPages().flatMap(({ path }) =>
    [...text(path).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => [path, block] as const),
  );
  const all = [...shipped, ...shown].map(([path, content]) => [path, parse(content, { merge: true })] as const);
  return all.filter(([, content]) => content?.services !== undefined);
}

it('every mock in a compose file has its network name as an alias or behind its balancer', () => {
  const unnamed = composeFiles().flatMap(([path, { services }]) =>
    Object.entries<{ image?: string; command?: string[]; environment?: Record<string, string> }>(services).flatMap(
      ([service, { image = '', command = [], environment = {} }]) => {
        if (!image.includes('nv-auth-mock')) return [];
        const url = environment['NV_AUTH_MOCK_PUBLIC_URL'] ?? command[command.indexOf('--public-url') + 1];
        const names = [environment['NV_AUTH_MOCK_ALIAS'], URL.canParse(url ?? '') ? new URL(url ?? '').hostname : ''];
        const balancer = Object.keys(services).find((name) => services[name].image?.startsWith('haproxy'));
        return names.includes(balancer ?? service) ? [] : [`${path}: ${service}`];
      },
    ),
  );

  expect(composeFiles().length).toBeGreaterThan(5);
  expect(unnamed).toEqual([]);
});

it('every mock with a PostgreSQL database restarts after it loses its session', () => {
  const found = composeFiles().flatMap(([, { services }]) =>
    Object.values<{ image?: string; restart?: string }>(services).filter(
      (service) => service.image?.includes('nv-auth-mock') && JSON.stringify(service).includes('postgres://'),
    ),
  );

  expect(found.length).toBeGreaterThan(3);
  for (const { restart } of found) expect(['on-failure', 'unless-stopped', 'always']).toContain(restart);
});

it.each(['compose.yaml', 'standby.yaml', 'shards.yaml'])(
  '%s builds the image of the mock from the clone, once',
  (file) => {
    const { services } = parse(text(`examples/compose/${file}`), { merge: true });
    const built = Object.values<{ image: string; build?: string }>(services).flatMap(({ image, build }) =>
      build === undefined ? [] : [[image, join(ROOT, 'examples/compose', build, 'Dockerfile')]],
    );

    expect(built).toEqual([[expect.stringContaining('NV_AUTH_MOCK_IMAGE'), join(ROOT, 'Dockerfile')]]);
  },
);

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

/** An example with a balancer. */
function balanced(file: string) {
  const { services, configs, volumes } = parse(text(`examples/compose/${file}`), { merge: true });
  const { mock, database, client, ...servers } = services;
  const content: string = configs.balancer.content;
  const lines = content.split('\n').map((line) => line.trim());
  const [port] = /\d+/.exec(lines.find((line) => line.startsWith('bind ')) ?? '') ?? [];
  return { mock, database, client, servers, volumes, content, lines, port };
}

describe.each([
  ['standby.yaml', { server: 'nv_auth_mock' }],
  ['shards.yaml', { 'shard-1': 'shard_1', 'shard-2': 'shard_2', 'shard-3': 'shard_3' }],
])('the compose file %s', (file, schemas) => {
  const { mock, database, client, servers, volumes, content, lines, port } = balanced(file);
  const all = Object.values<typeof mock>(servers);

  it('pins the version of every image that it does not build', () => {
    for (const { image } of all) expect(image).toMatch(/^\$\{NV_AUTH_MOCK_IMAGE:-nv-auth-mock\}$/);
    for (const { image } of [mock, database, client]) expect(image).toMatch(/^[a-z]+:\d+(?:\.\d+)?(?:-[a-z-]+)?$/);
  });

  it('starts processes with valid options, each with the schema of its name', async () => {
    const flags = Object.keys(OPTIONS).map((name) => `--${formatFlagName(name)}`);
    const variables = Object.keys(OPTIONS).map((name) => formatVariableName(name));
    const { POSTGRES_USER: user, POSTGRES_PASSWORD: secret, POSTGRES_DB: name } = database.environment;

    for (const { command, environment } of all) {
      const [start, ...options] = command;
      const { username, password, hostname, pathname } = new URL(environment.NV_AUTH_MOCK_DATA);

      expect(start).toBe('start');
      expect(flags).toEqual(expect.arrayContaining(options.filter((option: string) => option.startsWith('-'))));
      expect(variables).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect([username, password, hostname, pathname]).toEqual([user, secret, 'database', `/${name}`]);
    }
    const found = Object.entries<typeof mock>(servers).map(async ([server, { environment }]) => {
      const { schema } = await parseLocation(environment.NV_AUTH_MOCK_DATA);
      return [server, schema];
    });
    expect(Object.fromEntries(await Promise.all(found))).toEqual(schemas);
  });

  it('stores the database in a volume, and starts its services in order', () => {
    const isHealthy = { condition: 'service_healthy' };

    expect(Object.keys(volumes).map((name) => `${name}:/var/lib/postgresql/data`)).toEqual(database.volumes);
    expect(database.healthcheck.test.slice(0, 2)).toEqual(['CMD', 'pg_isready']);
    for (const server of all) expect(server.depends_on).toEqual({ database: isHealthy });
    expect(mock.depends_on).toEqual(Object.fromEntries(Object.keys(servers).map((name) => [name, isHealthy])));
    expect(client.depends_on).toEqual({ mock: isHealthy });
    // The image brings its own.
    for (const server of all) expect(server.healthcheck).toBeUndefined();
  });

  it('has one name and port for all processes, which are in their configuration', () => {
    const publicUrl = `http://mock:${port}`;
    const urls = Object.values<string>(client.environment).filter((value) => value.includes(':'));

    for (const { command } of all) expect(command).toEqual(['start', '--public-url', publicUrl]);
    expect(new Set(urls)).toEqual(new Set([publicUrl]));
    expect(mock.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    for (const line of lines.filter((one) => /^server(?:-template)? /.test(one))) {
      expect(Object.keys(servers).map((name) => `${name}:${port}`)).toContain(line.split(' ').at(-1));
    }
  });

  it('has a balancer that does not change, cache or retry requests', () => {
    const verbs = new Set(lines.map((line) => line.split(' ').slice(0, 2).join(' ')));

    expect(mock.configs).toEqual([{ source: 'balancer', target: '/usr/local/etc/haproxy/haproxy.cfg' }]);
    // Compose copies the configuration into the container.
    expect(mock.read_only).toBeUndefined();
    expect(mock.healthcheck.test.at(-1)).toBe(`http://127.0.0.1:${port}/_mock/health?ready`);
    expect(
      [...verbs].filter((verb) =>
        /^http-re(?!quest set-var\(txn\.)|buffer|^retry-on|forwardfor|^compression|^cookie/.test(verb),
      ),
    ).toEqual([]);
    // Compose takes what follows it for a variable.
    expect(content).not.toContain('$');
  });

  it('has timeouts longer than any delay of a fault', () => {
    const minutes = lines.flatMap((line) => /^timeout (?:client|server) (\d+)m$/.exec(line)?.[1] ?? []).map(Number);

    expect(minutes).toHaveLength(2);
    expect(Math.min(...minutes)).toBeGreaterThan(5);
  });
});

it('the compose file with a standby has two processes, and a balancer that checks their readiness', () => {
  const { servers, lines, port } = balanced('standby.yaml');
  const asked = lines.flatMap((line) => /^option httpchk GET (\S+)/.exec(line)?.[1] ?? []);

  expect(servers['server'].deploy.replicas).toBe(2);
  expect(asked).toEqual(['/_mock/health?ready', '/_mock/health']);
  expect(lines.filter((line) => line.startsWith('server-template '))).toEqual(
    asked.map(() => `server-template server 4 server:${port}`),
  );
});

it('the compose file with shards has a backend for each process, and creates worlds on their shard', () => {
  const { servers, lines, client, content } = balanced('shards.yaml');
  const backends = lines.flatMap((line) => /^backend (\S+)$/.exec(line)?.[1] ?? []);

  expect(backends).toEqual(Object.keys(servers));
  expect(content).toContain(`mod(${backends.length}),add(1)`);
  // HAProxy would try another server of the same backend.
  expect(content).not.toMatch(/redispatch|httpchk/);
  expect(content).toMatch(/default-server .*\bcheck /);
  expect(client.command.at(-1)).toContain('make-world.mjs');
});
