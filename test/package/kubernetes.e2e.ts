import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { locationOf } from '../../src/store/postgres/location.ts';
import { it as withCommand } from '../support/command.ts';
import { copied, write } from '../support/package.ts';

const run = promisify(execFile);
const EXAMPLES = fileURLToPath(new URL('../../examples/kubernetes/', import.meta.url));
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** An object of Kubernetes, as far as these tests look into it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
type Manifest = Record<string, any>;

const manifests = async (file: string): Promise<Manifest[]> =>
  parseAllDocuments(await readFile(join(EXAMPLES, file), 'utf8')).map((document) => document.toJSON());
const oneOf = (all: readonly Manifest[], kind: string, name = 'nv-auth-mock'): Manifest => {
  const found = all.find((one) => one['kind'] === kind && one['metadata'].name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};

/** Validates each object against the JSON schemas of Kubernetes, and tells what it finds. */
const VALIDATE = `
import { readFileSync } from 'node:fs';
import * as apps from 'kubernetes-models/apps/v1';
import * as core from 'kubernetes-models/v1';

for (const manifest of JSON.parse(readFileSync('manifests.json', 'utf8'))) {
  const Model = { ...core, ...apps }[manifest.kind];
  new Model(manifest).validate();
  console.log('valid', manifest.kind, manifest.metadata.name);
}`;

describe.each(['nv-auth-mock.yaml', 'postgres.yaml', 'shards.yaml'])('%s', (file) => {
  let folder: string;
  let all: readonly Manifest[];
  beforeAll(async () => {
    folder = await copied([], ['kubernetes-models@4.5.1', 'kubernetes-types@1.30.0']);
    all = await manifests(file);
  }, 120_000);

  it('is valid by the schemas of Kubernetes', async () => {
    await write(folder, { 'manifests.json': JSON.stringify(all), 'validate.mjs': VALIDATE });
    const { stdout } = await run(process.execPath, ['validate.mjs'], { cwd: folder });
    expect(stdout.trim().split('\n')).toHaveLength(all.length);
  });

  it('has no member that Kubernetes does not know', async () => {
    const lines = all.map(({ apiVersion, kind, ...rest }, index) => {
      const types = apiVersion === 'v1' ? 'core' : 'apps';
      const text = JSON.stringify({ apiVersion, kind, ...rest });
      return `import type { ${kind} as T${index} } from 'kubernetes-types/${types}/v1';\nexport const m${index}: T${index} = ${text};`;
    });
    await write(folder, { 'manifests.ts': lines.join('\n') });
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      'manifests.ts',
    ];
    const { stdout } = await run(process.execPath, [TSC, ...options], { cwd: folder }).catch((thrown) => thrown);
    expect(stdout).toBe('');
  }, 60_000);

  it('runs everything without rights, on a read-only root', () => {
    const pods = all.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template.spec]));
    expect(pods.length).toBeGreaterThan(0);
    for (const { securityContext, containers, automountServiceAccountToken } of pods) {
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('selects the pods that it makes, and gets from its Secret what is there', () => {
    const secret = oneOf(all, 'Secret');
    for (const { kind, spec, metadata } of all.filter(({ spec }) => spec?.template !== undefined)) {
      expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
      expect(oneOf(all, 'Service', metadata.name).spec.selector).toEqual(spec.selector.matchLabels);
      const [container] = spec.template.spec.containers;
      const names = [
        ...spec.template.spec.volumes,
        ...(spec.volumeClaimTemplates ?? []).map((one: Manifest) => one['metadata']),
      ];
      expect(names.map(({ name }) => name).sort()).toEqual(
        container.volumeMounts.map(({ name }: Manifest) => name).sort(),
      );
      for (const { valueFrom } of container.env ?? []) {
        const key = valueFrom?.secretKeyRef?.key;
        if (key !== undefined) expect(Object.keys(secret['stringData'])).toContain(key);
      }
      expect(kind).toMatch(/^(Deployment|StatefulSet)$/);
    }
  });
});

it('postgres.yaml has one pod, which ends before another one starts', async () => {
  const { spec } = oneOf(await manifests('postgres.yaml'), 'Deployment');

  expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
});

describe('shards.yaml', () => {
  /** The value of a variable in a pod. */
  const variable = (env: readonly Manifest[], name: string): string =>
    env.find((one) => one['name'] === name)?.['value'];

  it('has a pod and a schema for each backend of its balancer', async () => {
    const all = await manifests('shards.yaml');
    const { spec } = oneOf(all, 'StatefulSet', 'nv-auth-mock-shard');
    const configuration: string = oneOf(all, 'ConfigMap')['data']['haproxy.cfg'];
    const backends = [...configuration.matchAll(/^backend (\S+)\n {2}server \S+ (\S+?)\./gm)];
    const ordinals = Array.from({ length: spec.replicas }, (_, index) => spec.ordinals.start + index);
    const [{ env }] = spec.template.spec.containers;

    expect(backends.map(([, backend, pod]) => [backend, pod])).toEqual(
      ordinals.map((ordinal) => [`shard-${ordinal}`, `nv-auth-mock-shard-${ordinal}`]),
    );
    expect(configuration).toContain(`mod(${spec.replicas}),add(${spec.ordinals.start})`);
    const schemas = ordinals.map(async (ordinal) => {
      const { schema } = await locationOf(variable(env, 'NV_AUTH_MOCK_DATA').replace('$(SHARD)', String(ordinal)));
      return schema;
    });
    expect(await Promise.all(schemas)).toEqual(ordinals.map((ordinal) => `shard_${ordinal}`));
  });

  it('has the balancer of the compose example, with the names of this mock', async () => {
    const all = await manifests('shards.yaml');
    const [{ env }] = oneOf(all, 'StatefulSet', 'nv-auth-mock-shard')['spec'].template.spec.containers;
    const names = ['nv-auth-mock', 'localhost', ...variable(env, 'NV_AUTH_MOCK_ALIAS').split(',')];
    const example = await readFile(join(EXAMPLES, '../compose/shards.yaml'), 'utf8');
    const expected: string = parse(example, { merge: true }).configs.balancer.content;

    expect(variable(env, 'NV_AUTH_MOCK_PUBLIC_URL')).toBe(`http://${names[0]}:6625`);
    expect(oneOf(all, 'ConfigMap')['data']['haproxy.cfg']).toBe(
      expected
        .replace('-m str mock localhost', `-m str ${names.join(' ')}`)
        .replace('`api-keys.alice.mock`', '`api-keys.alice.nv-auth-mock`')
        .replace(
          /shard-\d:/g,
          (name) => `nv-auth-mock-${name.slice(0, -1)}.nv-auth-mock-shard.default.svc.cluster.local:`,
        ),
    );
  });
});

/** The variables of a container, with the values of the Secret. */
function environmentOf(all: readonly Manifest[]): Record<string, string> {
  const secret = oneOf(all, 'Secret')['stringData'];
  const [{ env }] = oneOf(all, 'Deployment')['spec'].template.spec.containers;
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }: Manifest) => [name, value ?? secret[valueFrom.secretKeyRef.key]]),
  );
}

withCommand(
  'the command starts with the ConfigMap, and answers the probes under the address of its pod',
  async ({ command, folder }) => {
    const all = await manifests('nv-auth-mock.yaml');
    const files: Record<string, string> = oneOf(all, 'ConfigMap')['data'];
    expect(parse(files['config.yaml'] ?? '')).toMatchObject({ 'public-url': 'http://nv-auth-mock:6625' });
    await write(folder, files);
    const server = await command.start(['--etc', folder, '--host', '0.0.0.0'], { env: environmentOf(all) });
    const [{ startupProbe, livenessProbe, readinessProbe }] = oneOf(all, 'Deployment')['spec'].template.spec.containers;
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      const { status } = await fetch(`http://127.0.0.1:${server.port}${httpGet.path}`);
      expect(status).toBe(200);
    }
    const cast = await fetch(`http://127.0.0.1:${server.port}/_mock/cast`, {
      headers: { 'x-mock-admin-token': 'change-me-please' },
    });
    expect(await cast.text()).toContain('ada@acme.test');
    expect((await fetch(`http://127.0.0.1:${server.port}/_mock/cast`)).status).toBe(401);
  },
);
