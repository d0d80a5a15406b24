import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../../../src/app/config.ts';
import { formatFlagName, OPTIONS } from '../../../src/app/options.ts';
import { ROOT } from '../../package/architecture/source-files.ts';
import { emptyFolder } from '../../support/folder.ts';
import { imageSpec } from '../../support/image.ts';
import { testServer } from '../../support/server.ts';

/** A Kubernetes object. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
type Manifest = Record<string, any>;

const OBJECTS: Manifest[] = parseAllDocuments(readFileSync(join(ROOT, 'deploy/kubernetes.yaml'), 'utf8')).map((one) =>
  one.toJS(),
);
const find = (kind: string): Manifest => OBJECTS.find((one) => one['kind'] === kind) ?? {};
const { spec } = find('Deployment');
const pod: Manifest = spec.template.spec;
const [container] = pod['containers'] as [Manifest];
const TOKEN = 'token-of-the-test';

/** The configuration of a server in a pod of the namespace `team`. */
async function readPodConfig() {
  const [start, ...args] = container['args'] as string[];
  const pairs = args.flatMap((arg, index) => (arg.startsWith('--') ? [[arg.slice(2), args[index + 1]] as const] : []));
  const names = Object.keys(OPTIONS).map((name) => formatFlagName(name as keyof typeof OPTIONS));
  expect([start, ...pairs.map(([name]) => names.includes(name))]).toEqual(['start', true, true]);
  const values = (container['env'] as Manifest[]).map(({ name, value, valueFrom }) => [
    name,
    value?.replaceAll('$(NAMESPACE)', 'team') ?? (valueFrom.secretKeyRef ? TOKEN : 'team'),
  ]);
  const { NV_AUTH_MOCK_ETC: _, ...image } = imageSpec().environment;
  return readConfig(Object.fromEntries(pairs), { ...image, ...Object.fromEntries(values) });
}

describe('deploy/kubernetes.yaml', () => {
  it('has one pod, which ends before its replacement starts, without a liveness probe', () => {
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(container['livenessProbe']).toBeUndefined();
  });

  it('selects the pod by its labels, and its port by its name', () => {
    const { selector, ports } = find('Service')['spec'];

    expect([spec.selector.matchLabels, spec.template.metadata.labels]).toEqual([selector, selector]);
    expect(ports.map((port: Manifest) => port['targetPort'])).toEqual([container['ports'][0].name]);
    expect(container['readinessProbe'].httpGet.port).toBe(container['ports'][0].name);
  });

  it('starts a server with its seed, in memory, under every name of the Service', async () => {
    const [mount] = container['volumeMounts'];
    const { data, metadata } = find('ConfigMap');
    const { config } = await readPodConfig();
    const seed = join(await emptyFolder(), 'seed.yaml');
    await writeFile(seed, data['seed.yaml']);
    const server = await testServer({ ...config, seed });
    const readCast = (host: string) =>
      server.call('GET /_mock/cast', { headers: { host, 'x-mock-admin-token': TOKEN } });

    expect(pod['volumes']).toEqual([{ name: mount.name, configMap: { name: metadata.name } }]);
    expect(config).toMatchObject({ host: '0.0.0.0', seed: `${mount.mountPath}/seed.yaml`, data: null });
    expect(config.port).toBe(container['ports'][0].containerPort);
    expect((await server.call(`GET ${container['readinessProbe'].httpGet.path}`)).status).toBe(200);
    expect((await server.call('GET /_mock/cast')).status).toBe(401);
    for (const host of [new URL(config.publicUrl ?? '').host, ...config.alias]) {
      expect(JSON.stringify((await readCast(host)).body)).toContain('ada@acme.test');
    }
    expect((await readCast('other.example')).status).toBe(403);
  });
});
