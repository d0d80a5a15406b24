import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
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

describe.each(['nv-auth-mock.yaml', 'replicas.yaml'])('%s', (file) => {
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
        if (valueFrom !== undefined) expect(Object.keys(secret['stringData'])).toContain(valueFrom.secretKeyRef.key);
      }
      expect(kind).toMatch(/^(Deployment|StatefulSet)$/);
    }
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
