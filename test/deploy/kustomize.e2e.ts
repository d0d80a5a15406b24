import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect } from 'vitest';
import { ask, balance, hasHaproxy } from '../support/balancer.ts';
import { it, type Server } from '../support/command.ts';
import { imageSpec } from '../support/image.ts';
import { containersOf, type Manifest, oneOf, overlay } from '../support/kustomize.ts';
import { copyInstallation, write } from '../support/package.ts';
import { findFreePort } from '../support/ports.ts';
import { hasPostgres, privatePostgres } from '../support/postgres.ts';

const run = promisify(execFile);
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const SECRET: Readonly<Record<string, string>> = { 'admin-token': 'token-of-the-test', password: 'unused' };
const ADMIN = { 'x-mock-admin-token': String(SECRET['admin-token']), 'content-type': 'application/json' };

/** Where the packages have the schema and the type of an object, by its group and version. */
function moduleOf({ apiVersion }: Manifest): string {
  if (apiVersion === 'v1') return 'kubernetes-models/v1';
  return apiVersion.startsWith('monitoring.coreos.com/')
    ? `@kubernetes-models/prometheus-operator/${apiVersion}`
    : `kubernetes-models/${apiVersion}`;
}

/** Validates each object against the JSON schemas of Kubernetes and of the Prometheus operator, and prints it if it is valid. */
const VALIDATE = `
import { readFileSync } from 'node:fs';

for (const { from, manifest } of JSON.parse(readFileSync('manifests.json', 'utf8'))) {
  const { [manifest.kind]: Model } = await import(from);
  new Model(manifest).validate();
  console.log(manifest.kind, manifest.metadata.name);
}`;

describe('by the published schemas', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyInstallation([], ['kubernetes-models@4.5.1', '@kubernetes-models/prometheus-operator@4.4.4']);
  });
  const validate = async (all: readonly Manifest[]) => {
    const manifests = all.map((manifest) => ({ from: moduleOf(manifest), manifest }));
    await write(folder, { 'manifests.json': JSON.stringify(manifests), 'validate.mjs': VALIDATE });
    return run(process.execPath, ['validate.mjs'], { cwd: folder });
  };
  const compile = async (all: readonly Manifest[]): Promise<string> => {
    const lines = all.map(
      (manifest, index) =>
        `import type { I${manifest['kind']} as T${index} } from '${moduleOf(manifest)}';\n` +
        `export const m${index}: T${index} = ${JSON.stringify(manifest)};`,
    );
    await write(folder, { 'manifests.ts': lines.join('\n') });
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
    const { stdout } = await run(process.execPath, [TSC, ...options, 'manifests.ts'], { cwd: folder }).catch(
      (thrown) => thrown,
    );
    return stdout;
  };

  it.for(['memory', 'volume', 'postgres', 'shards', 'service-monitor'])('each object of %s is valid', async (name) => {
    const all = overlay(name);
    const { stdout } = await validate(all);

    expect(stdout.trim().split('\n')).toHaveLength(all.length);
    expect(await compile(all)).toBe('');
  });

  it('an object with an invalid value or an unknown member is invalid', async () => {
    const [wrong = {}] = overlay('memory');
    wrong['spec'].replicas = 'one';
    await expect(validate([wrong])).rejects.toThrow('/spec/replicas');

    const [unknown = {}] = overlay('memory');
    unknown['spec'].template.spec.serviceLinks = false;
    expect(await compile([unknown])).toContain('\'"serviceLinks"\' does not exist');
  });
});

/** The variables of a server's container, in the image and in a pod of a namespace `team`. */
function environmentOf(container: Manifest, ordinal = 0): Record<string, string> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.namespace': 'team',
    "metadata.labels['apps.kubernetes.io/pod-index']": String(ordinal),
  };
  const all: Record<string, string> = { ...imageSpec().environment };
  for (const { name, value, valueFrom } of container['env']) {
    all[name] =
      value?.replace(/\$\((\w+)\)/g, (_: string, named: string) => all[named]) ??
      SECRET[valueFrom.secretKeyRef?.key] ??
      fields[valueFrom.fieldRef?.fieldPath];
  }
  return all;
}

/** The container of an overlay's servers. */
const serverOf = (name: string): Manifest => {
  const found = overlay(name)
    .flatMap(containersOf)
    .find((one) => one['name'] === 'nv-auth-mock');
  if (found === undefined) throw new Error(`${name} has no server`);
  return found;
};

/** The URL of a pod's database, at the server of the test. */
const databaseAt = (server: string, url: string): string =>
  url.replace('postgres://mock@nv-auth-mock-database/mock', server);

/** What each probe of a container is answered. */
async function probed({ url }: Pick<Server, 'url'>, container: Manifest): Promise<Record<string, number>> {
  const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(async (name) => {
    const { status } = await fetch(`${url}${container[name].httpGet.path}`);
    return [name, status] as const;
  });
  return Object.fromEntries(await Promise.all(probes));
}
const READY = { startupProbe: 200, livenessProbe: 200, readinessProbe: 200 };

describe('a server with the variables of its pod', () => {
  it('reads the ConfigMap, and requires the admin token for the control API and the metrics', async ({
    command,
    folder,
  }) => {
    await write(folder, {
      'config.yaml': 'world: [alice]\n',
      'seed.yaml':
        'extends: builtin\nrunai:\n  users:\n    - { email: ada@acme.test, role: L1 researcher, accessKey: { name: ada } }\n',
    });
    const container = serverOf('memory');
    const env = { ...environmentOf(container), NV_AUTH_MOCK_ETC: folder };
    const server = await command.start([], { env });
    const [{ path }] = oneOf(overlay('service-monitor'), 'ServiceMonitor nv-auth-mock')['spec'].endpoints;
    const status = async (below: string, headers: Readonly<Record<string, string>> = {}) =>
      (await fetch(`${server.url}${below}`, { headers })).status;

    expect(await probed(server, container)).toEqual(READY);
    expect(await (await fetch(`${server.url}/w/alice/_mock/cast`, { headers: ADMIN })).text()).toContain(
      'ada@acme.test',
    );
    expect(await status('/_mock/cast')).toBe(401);
    expect(await status(path)).toBe(401);
    expect(await status(path, { authorization: `Bearer ${SECRET['admin-token']}` })).toBe(200);
  });

  it.for([
    ['memory', 'ends with its process'],
    ['volume', 'outlives its process'],
    ['postgres', 'outlives its process'],
  ] as const)('has in %s a state that %s', async ([name, what], { command, folder, skip }) => {
    if (name === 'postgres' && !hasPostgres) skip('PostgreSQL does not run here');
    const database = name === 'postgres' ? await privatePostgres() : null;
    const container = serverOf(name);
    const { NV_AUTH_MOCK_DATA: data = '', ...others } = environmentOf(container);
    await mkdir(join(folder, 'data'));
    const env = {
      ...others,
      NV_AUTH_MOCK_ETC: folder,
      NV_AUTH_MOCK_DATA: databaseAt(database?.url ?? '', data.replace(/^\/data/, join(folder, 'data'))),
    };
    const first = await command.start([], { env });
    await fetch(`${first.url}/_mock/worlds`, { method: 'POST', headers: ADMIN, body: JSON.stringify({ id: 'alice' }) });
    await first.stop();
    const second = await command.start([], { env });
    const worlds = await (await fetch(`${second.url}/_mock/worlds`, { headers: ADMIN })).text();

    expect(await probed(second, container)).toEqual(READY);
    expect(worlds.includes('"alice"')).toBe(what === 'outlives its process');
    if (database === null) {
      await second.crash();
      return;
    }
    await database.end();
    expect((await second.ended).code).toBe(75);
    // While the database is away, the container is started again once, and gets no requests.
    const port = await findFreePort();
    const third = command.launch(['start', '--port', String(port)], { env });
    await expect
      .poll(() => probed({ url: `http://127.0.0.1:${port}` }, container).catch(() => null))
      .toEqual({ startupProbe: 200, livenessProbe: 200, readinessProbe: 503 });
    third.kill('SIGTERM');
    expect((await third.ended).code).toBe(0);
  });

  it.skipIf(!hasPostgres || !hasHaproxy)(
    'has as a shard the worlds that its balancer routes to it, by every name of the Service',
    async ({ command, folder }) => {
      const database = await privatePostgres();
      const container = serverOf('shards');
      const { data } = oneOf(overlay('shards'), 'ConfigMap nv-auth-mock-balancer');
      const shards = await Promise.all(
        [1, 2, 3].map((ordinal) => {
          const env = environmentOf(container, ordinal);
          const data = databaseAt(database.url, String(env['NV_AUTH_MOCK_DATA']));
          return command.start([], { env: { ...env, NV_AUTH_MOCK_ETC: folder, NV_AUTH_MOCK_DATA: data } });
        }),
      );
      // HAProxy puts the namespace into the names of the Service. Those of the pods are not known here.
      const port = await balance(
        (own) =>
          shards
            .reduce(
              (text, shard, index) =>
                text.replace(/"nv-auth-mock-shard-[^"]+"/, `127.0.0.1:${shard.port} # ${index + 1}`),
              data['haproxy.cfg'],
            )
            .replace('bind :6625', `bind 127.0.0.1:${own}\n  http-response set-header x-backend %[be_name]`),
        { NAMESPACE: 'team' },
      );
      const made = await Promise.all(
        ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'].map(async (id) => {
          const headers = { ...ADMIN, host: 'nv-auth-mock', 'x-mock-world': id };
          const { status, backend } = await ask(port, '/_mock/worlds', headers, 'POST', JSON.stringify({ id }));
          return { id, status, backend };
        }),
      );

      expect(await Promise.all(shards.map((shard) => probed(shard, container)))).toEqual([READY, READY, READY]);
      expect(made.map(({ status }) => status)).toEqual(made.map(() => 201));
      expect(new Set(made.map(({ backend }) => backend)).size).toBeGreaterThan(1);
      for (const { id, backend } of made) {
        for (const name of ['nv-auth-mock', 'nv-auth-mock.team', 'nv-auth-mock.team.svc.cluster.local:6625']) {
          const answer = await ask(port, '/_mock/cast', { ...ADMIN, host: `${id}.${name}` });
          expect([answer.status, answer.backend]).toEqual([200, backend]);
        }
      }
      await Promise.all(shards.map((shard) => shard.crash()));
      await database.end();
    },
  );
});
