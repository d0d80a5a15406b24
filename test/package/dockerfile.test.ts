import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { flagName, OPTIONS, variableName } from '../../src/config/options.ts';
import { locationOf } from '../../src/store/postgres/location.ts';
import { documentationPages, ROOT } from '../architecture/source-files.ts';
import { imageParts, imageSpec } from '../support/image.ts';

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the Dockerfile', () => {
  it('has no fault that a linter finds', () => {
    expect(validate(text('Dockerfile'))).toEqual([]);
  });

  it('runs the command as a user of its own, by number, without a shell', () => {
    const { uid, entrypoint, command, healthcheck } = imageSpec();

    expect(uid).toBeGreaterThan(0);
    expect([...entrypoint, ...command]).toEqual(['/nodejs/bin/node', '/app/dist/main.cjs', 'start']);
    expect(healthcheck).toEqual(['/nodejs/bin/node', '/app/dist/main.cjs', 'health']);
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
  const pages = [
    ...['README.md', ...documentationPages().map(({ path }) => path)],
    ...['examples/compose/compose.yaml', 'examples/compose/replicas.yaml'],
  ];
  const published = pages.flatMap((page) => [...text(page).matchAll(/(\S+:)?6625:6625/g)].map(([, host]) => host));

  expect(published.length).toBeGreaterThan(1);
  expect(new Set(published.map((host) => host?.replace(/^"/, '')))).toEqual(new Set(['127.0.0.1:']));
});

it.each(['compose.yaml', 'replicas.yaml'])('%s builds nothing: the package has no Dockerfile', (file) => {
  const { services } = parse(text(`examples/compose/${file}`), { merge: true });

  expect(Object.values<object>(services).filter((service) => 'build' in service)).toEqual([]);
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

describe('the compose file with replicas', () => {
  const { services, configs, volumes } = parse(text('examples/compose/replicas.yaml'), { merge: true });
  const { mock, replica, database, client } = services;
  const lines: string[] = configs.balancer.content.split('\n').map((line: string) => line.trim());
  const [port] = /\d+/.exec(lines.find((line) => line.startsWith('bind ')) ?? '') ?? [];

  it('names the image of everything that it does not build, and its version', () => {
    expect(replica.image).toMatch(/^\$\{NV_AUTH_MOCK_IMAGE:-nv-auth-mock\}$/);
    for (const { image } of [mock, database, client]) expect(image).toMatch(/^[a-z]+:\d+(?:\.\d+)?(?:-[a-z-]+)?$/);
  });

  it('starts replicas with options that there are, and the data in its database', async () => {
    const flags = Object.keys(OPTIONS).map((name) => `--${flagName(name)}`);
    const variables = Object.keys(OPTIONS).map((name) => variableName(name));
    const [start, ...options] = replica.command;
    const { NV_AUTH_MOCK_DATA: data } = replica.environment;
    const { username, password, hostname, pathname } = new URL(data);
    const { POSTGRES_USER: user, POSTGRES_PASSWORD: secret, POSTGRES_DB: name } = database.environment;

    expect(start).toBe('start');
    expect(flags).toEqual(expect.arrayContaining(options.filter((option: string) => option.startsWith('-'))));
    expect(variables).toEqual(expect.arrayContaining(Object.keys(replica.environment)));
    expect([username, password, hostname, pathname]).toEqual([user, secret, 'database', `/${name}`]);
    expect((await locationOf(data)).schema).toBe('"nv_auth_mock"');
    expect(replica.deploy.replicas).toBeGreaterThan(1);
  });

  it('keeps the database in a volume, and waits in turn for what is needed', () => {
    const isHealthy = { condition: 'service_healthy' };

    expect(Object.keys(volumes).map((name) => `${name}:/var/lib/postgresql/data`)).toEqual(database.volumes);
    expect(database.healthcheck.test.slice(0, 2)).toEqual(['CMD', 'pg_isready']);
    expect(replica.depends_on).toEqual({ database: isHealthy });
    expect(mock.depends_on).toEqual({ replica: isHealthy });
    expect(client.depends_on).toEqual({ mock: isHealthy });
    // The image brings its own.
    expect(replica.healthcheck).toBeUndefined();
  });

  it('has one name and port for all, which the replicas know as theirs', () => {
    const [, , publicUrl] = replica.command;

    expect(publicUrl).toBe(`http://mock:${port}`);
    expect(new Set(Object.values(client.environment))).toEqual(new Set([publicUrl]));
    expect(mock.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(lines.filter((line) => line.startsWith('server-template '))).toEqual(
      ['ready', 'living'].map(() => `server-template replica 8 replica:${port}`),
    );
  });

  it('has a balancer that takes turns, asks for readiness, and neither changes, keeps nor repeats what it passes on', () => {
    const asked = lines.filter((line) => line.startsWith('http-check send '));
    const verbs = new Set(lines.map((line) => line.split(' ').slice(0, 2).join(' ')));

    expect(mock.configs).toEqual([{ source: 'balancer', target: '/usr/local/etc/haproxy/haproxy.cfg' }]);
    // Compose copies the configuration into the container.
    expect(mock.read_only).toBeUndefined();
    expect(lines).toContain('balance roundrobin');
    expect(asked.map((line) => / uri (\S+)/.exec(line)?.[1])).toEqual(['/_mock/health?ready', '/_mock/health']);
    expect(mock.healthcheck.test.at(-1)).toBe(`http://127.0.0.1:${port}/_mock/health?ready`);
    expect([...verbs].filter((verb) => /^http-re|buffer|^retry-on|forwardfor|^compression|^cookie/.test(verb))).toEqual(
      [],
    );
    // Compose takes what follows it for a variable.
    expect(configs.balancer.content).not.toContain('$');
  });

  it('waits longer than any fault delays an answer', () => {
    const minutes = lines.flatMap((line) => /^timeout (?:client|server) (\d+)m$/.exec(line)?.[1] ?? []).map(Number);

    expect(minutes).toHaveLength(2);
    expect(Math.min(...minutes)).toBeGreaterThan(5);
  });
});
