import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseLocation } from '../../src/store/postgres/location.ts';
import { ROOT } from '../architecture/source-files.ts';
import { emptyFolder } from '../support/folder.ts';
import {
  build,
  containersOf,
  hasKustomize,
  idOf,
  kustomization,
  kustomize,
  type Manifest,
  oneOf,
  overlay,
} from '../support/kustomize.ts';

const SERVER = ['Deployment nv-auth-mock', 'NetworkPolicy nv-auth-mock', 'Service nv-auth-mock'];
const DATABASE = [
  'NetworkPolicy nv-auth-mock-database',
  'Service nv-auth-mock-database',
  'StatefulSet nv-auth-mock-database',
];

/** What each overlay makes. */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  memory: SERVER,
  volume: [...SERVER, 'PersistentVolumeClaim nv-auth-mock'],
  postgres: [...SERVER, ...DATABASE],
  shards: [
    ...SERVER.slice(1),
    ...DATABASE,
    'StatefulSet nv-auth-mock-shard',
    'Service nv-auth-mock-shard',
    'ConfigMap nv-auth-mock-balancer',
    'Deployment nv-auth-mock-balancer',
    'NetworkPolicy nv-auth-mock-balancer',
  ],
  'service-monitor': ['NetworkPolicy nv-auth-mock-metrics', 'ServiceMonitor nv-auth-mock'],
};
/** Those that make pods. */
const WITH_PODS = Object.keys(OBJECTS).filter((name) => name !== 'service-monitor');

const ofKind = (all: readonly Manifest[], kind: string) => all.filter((one) => one['kind'] === kind);
/** The pods that objects make. */
const podsOf = (all: readonly Manifest[]): Manifest[] =>
  all.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template]));
const isSelected = (selector: Readonly<Record<string, string>>, { metadata }: Manifest): boolean =>
  Object.entries(selector).every(([label, value]) => metadata.labels[label] === value);
const byId = (all: readonly Manifest[]) => all.toSorted((one, other) => idOf(one).localeCompare(idOf(other)));

/** Where two values differ: `spec.replicas`. Items of lists are called by their names. */
function differences(before: unknown, after: unknown, path = ''): string[] {
  const members = (value: unknown): Map<string, unknown> | null =>
    typeof value === 'object' && value !== null
      ? new Map(Object.entries(value).map(([name, item]) => [Array.isArray(value) ? (item.name ?? name) : name, item]))
      : null;
  const [old, changed] = [members(before), members(after)];
  if (old === null || changed === null) return before === after ? [] : [path];
  return [...new Set([...old.keys(), ...changed.keys()])].flatMap((name) =>
    differences(old.get(name), changed.get(name), path === '' ? name : `${path}.${name}`),
  );
}
/** Where the objects of an overlay differ from those of the same name before it. */
const changes = (before: readonly Manifest[], after: readonly Manifest[]) =>
  byId(before).flatMap((old) => {
    const changed = after.find((one) => idOf(one) === idOf(old));
    return changed === undefined
      ? [`${idOf(old)}: gone`]
      : differences(old, changed).map((path) => `${idOf(old)}: ${path}`);
  });

if (!hasKustomize)
  process.stdout.write('SKIP: what kustomize itself makes of the overlays, because it is not installed\n');

describe.each(Object.keys(OBJECTS))('the overlay %s', (name) => {
  it('creates exactly the objects that it lists', () => {
    expect(overlay(name).map(idOf).sort()).toEqual(OBJECTS[name]?.toSorted());
  });

  it.runIf(hasKustomize)('is built to the same objects by kustomize and by the reader of the tests', () => {
    expect(byId(kustomize(kustomization(`overlays/${name}`)))).toEqual(byId(overlay(name)));
  });

  it("contains no Secret, and uses only values of the user's Secret", () => {
    const all = overlay(name);
    const references = all
      .flatMap(containersOf)
      .flatMap(({ env = [] }) => env)
      .filter((one: Manifest) => /PASSWORD|TOKEN/.test(one['name']));

    expect(ofKind(all, 'Secret')).toEqual([]);
    for (const { valueFrom } of references) {
      expect(valueFrom.secretKeyRef.name).toBe('nv-auth-mock');
      expect(['admin-token', 'password']).toContain(valueFrom.secretKeyRef.key);
    }
  });
});

describe('an overlay changes the base only as described:', () => {
  const pod = 'Deployment nv-auth-mock: spec.template.spec';
  const container = `${pod}.containers.nv-auth-mock`;

  it('memory changes nothing', () => {
    expect(byId(overlay('memory'))).toEqual(byId(build(kustomization('base'))));
  });

  it('volume changes the volume, its permissions, and the data file', () => {
    expect(changes(overlay('memory'), overlay('volume'))).toEqual([
      `${pod}.securityContext.fsGroup`,
      `${container}.env.NV_AUTH_MOCK_DATA.value`,
      `${container}.volumeMounts.data`,
      `${pod}.volumes.data`,
    ]);
  });

  it('postgres changes the URL, the password, and the network access to the database', () => {
    expect(changes(overlay('memory'), overlay('postgres'))).toEqual([
      `${container}.env.NV_AUTH_MOCK_DATA.value`,
      `${container}.env.PGPASSWORD`,
      'NetworkPolicy nv-auth-mock: spec.egress.0',
      'NetworkPolicy nv-auth-mock: spec.egress.1',
    ]);
  });

  it('shards adds the balancer behind the Service, and a StatefulSet of pods', () => {
    const [before, after] = [overlay('postgres'), overlay('shards')];

    expect(changes(before, after)).toEqual([
      'Deployment nv-auth-mock: gone',
      'Service nv-auth-mock: metadata.labels.app.kubernetes.io/component',
      'Service nv-auth-mock: spec.selector.app.kubernetes.io/component',
    ]);
    const [deployment, set] = [
      oneOf(before, 'Deployment nv-auth-mock'),
      oneOf(after, 'StatefulSet nv-auth-mock-shard'),
    ];
    expect(differences(deployment, set).sort()).toEqual([
      'kind',
      'metadata.name',
      'spec.ordinals',
      'spec.podManagementPolicy',
      'spec.replicas',
      'spec.serviceName',
      'spec.strategy',
      'spec.template.spec.containers.nv-auth-mock.env.NV_AUTH_MOCK_DATA.value',
      'spec.template.spec.containers.nv-auth-mock.env.SHARD',
    ]);
  });
});

describe.each(WITH_PODS)('the pods of %s', (name) => {
  const all = overlay(name);
  const pods = podsOf(all);

  it('run without privileges, with a read-only root and limits', () => {
    expect(pods.length).toBeGreaterThan(0);
    for (const { spec } of pods) {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const { securityContext, resources, readinessProbe } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources).toEqual({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
        expect(readinessProbe).toBeDefined();
      }
    }
  });

  it('match the selectors of their Deployment, Services and network policies', () => {
    for (const { spec } of all.filter(({ spec }) => spec?.template !== undefined)) {
      expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    }
    for (const { spec } of ofKind(all, 'Service')) {
      const selected = pods.filter((pod) => isSelected(spec.selector, pod));
      expect(selected).toHaveLength(1);
      const ports = selected.flatMap((pod) => pod['spec'].containers[0].ports);
      expect(ports).toEqual([{ name: spec.ports[0].targetPort, containerPort: spec.ports[0].port }]);
    }
    for (const { spec } of ofKind(all, 'StatefulSet')) {
      expect(oneOf(all, `Service ${spec.serviceName}`)['spec'].clusterIP).toBe('None');
    }
  });

  it('mount existing or optional claims and ConfigMaps', () => {
    for (const { spec } of all.filter(({ spec }) => spec?.template !== undefined)) {
      const { containers, volumes } = spec.template.spec;
      const claimed = (spec.volumeClaimTemplates ?? []).map(({ metadata }: Manifest) => metadata);
      expect([...volumes, ...claimed].map((one) => one.name).sort()).toEqual(
        containers[0].volumeMounts.map((one: Manifest) => one['name']).sort(),
      );
      for (const { configMap, persistentVolumeClaim } of volumes) {
        if (persistentVolumeClaim) oneOf(all, `PersistentVolumeClaim ${persistentVolumeClaim.claimName}`);
        if (configMap && configMap.optional !== true) oneOf(all, `ConfigMap ${configMap.name}`);
      }
    }
  });

  it('refer only to variables that are defined before', () => {
    for (const { env = [] } of pods.flatMap(({ spec }) => spec.containers)) {
      env.forEach(({ value = '' }: Manifest, index: number) => {
        const before = env.slice(0, index).map((one: Manifest) => one['name']);
        for (const [, named] of value.matchAll(/\$\((\w+)\)/g)) expect(before).toContain(named);
      });
    }
  });

  it('connect only as their network policies allow', () => {
    const policies = ofKind(all, 'NetworkPolicy').map(({ spec }) => spec);
    const portOf = (pod: Manifest) => pod['spec'].containers[0].ports[0].containerPort;
    for (const pod of pods) {
      const own = policies.filter(({ podSelector }) => isSelected(podSelector.matchLabels, pod));
      expect(own).toHaveLength(1);
      expect(own[0].policyTypes).toEqual(['Ingress', 'Egress']);
      expect(own[0].ingress).toHaveLength(1);
      // No peer without a selector of pods, and so none of another namespace.
      expect(own[0].ingress[0].from.map((peer: Manifest) => Object.keys(peer))).toEqual([['podSelector']]);
      expect(own[0].ingress[0].ports).toEqual([{ protocol: 'TCP', port: portOf(pod) }]);
      for (const { to, ports } of own[0].egress) {
        if (to === undefined) expect(ports.map(({ port }: Manifest) => port)).toEqual([53, 53]);
        else {
          const reached = pods.filter((one) => isSelected(to[0].podSelector.matchLabels, one));
          expect(reached.map((one) => [{ protocol: 'TCP', port: portOf(one) }])).toEqual([ports]);
        }
      }
    }
  });
});

it.each(['memory', 'volume', 'postgres'])('%s has one pod, which ends before its replacement starts', (name) => {
  expect(oneOf(overlay(name), 'Deployment nv-auth-mock')['spec']).toMatchObject({
    replicas: 1,
    strategy: { type: 'Recreate' },
  });
});

it.each(WITH_PODS)('the ServiceMonitor scrapes every server of %s, with its admin token', (name) => {
  const all = overlay(name);
  const monitoring = overlay('service-monitor');
  const { selector, endpoints } = oneOf(monitoring, 'ServiceMonitor nv-auth-mock')['spec'];
  const services = ofKind(all, 'Service').filter((one) => isSelected(selector.matchLabels, one));
  const pods = podsOf(all).filter((pod) => services.some(({ spec }) => isSelected(spec.selector, pod)));
  const { podSelector } = oneOf(monitoring, 'NetworkPolicy nv-auth-mock-metrics')['spec'];
  const tokens = pods.flatMap(({ spec }) => spec.containers[0].env).filter(({ name }) => name.endsWith('ADMIN_TOKEN'));

  expect(services.map(({ spec }) => spec.ports[0].name)).toEqual([endpoints[0].port]);
  expect(podsOf(all).filter((pod) => isSelected(podSelector.matchLabels, pod))).toEqual(pods);
  expect(tokens.map(({ valueFrom }) => valueFrom.secretKeyRef)).toEqual([endpoints[0].authorization.credentials]);
});

describe('the shards', () => {
  const all = overlay('shards');
  const configuration: string = oneOf(all, 'ConfigMap nv-auth-mock-balancer')['data']['haproxy.cfg'];
  const { spec } = oneOf(all, 'StatefulSet nv-auth-mock-shard');
  const variable = (name: string): string =>
    spec.template.spec.containers[0].env.find((one: Manifest) => one['name'] === name)?.value;

  it('have a pod and a schema for each backend of their balancer', async () => {
    const backends = [...configuration.matchAll(/^backend (\S+)\n {2}server \S+ "(\S+?)\.(\S+?)\./gm)];
    const ordinals = Array.from({ length: spec.replicas }, (_, index) => spec.ordinals.start + index);

    expect(backends.map(([, ...parts]) => parts)).toEqual(
      ordinals.map((ordinal) => [`shard-${ordinal}`, `nv-auth-mock-shard-${ordinal}`, spec.serviceName]),
    );
    expect(configuration).toContain(`mod(${spec.replicas}),add(${spec.ordinals.start})`);
    const schemas = ordinals.map(async (ordinal) => {
      const { schema } = await parseLocation(variable('NV_AUTH_MOCK_DATA').replace('$(SHARD)', String(ordinal)));
      return schema;
    });
    expect(await Promise.all(schemas)).toEqual(ordinals.map((ordinal) => `shard_${ordinal}`));
  });

  const NAMESPACE = `\${NAMESPACE}`;
  it('have the balancer of the compose example, with the names of the namespace', async () => {
    const aliases = variable('NV_AUTH_MOCK_ALIAS').replaceAll('$(NAMESPACE)', NAMESPACE).split(',');
    const example = await readFile(join(ROOT, 'examples/compose/shards.yaml'), 'utf8');
    const expected: string = parse(example, { merge: true }).configs.balancer.content;

    expect(variable('NV_AUTH_MOCK_PUBLIC_URL')).toBe('http://nv-auth-mock:6625');
    expect(configuration).toBe(
      expected
        .replace('-m str mock localhost', `-m str nv-auth-mock localhost ${aliases.map((one) => `"${one}"`).join(' ')}`)
        .replace('`api-keys.alice.mock`', '`api-keys.alice.nv-auth-mock`')
        .replace(/(shard-\d):(\d+)/g, `"nv-auth-mock-$1.nv-auth-mock-shard.${NAMESPACE}.svc.cluster.local:$2"`),
    );
  });
});

describe('the reader of the tests', () => {
  const written = async (files: Readonly<Record<string, string>>) => {
    const folder = await emptyFolder();
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  };
  const HEAD = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
  const BASE = `${HEAD}resources: [a.yaml]\n`;
  const OBJECT =
    'kind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: { tolerations: [{ key: a }] } } }\n';

  it.each([
    ['a field of a kustomization', { 'kustomization.yaml': `${HEAD}namePrefix: a-\n` }, 'namePrefix'],
    [
      'a patch of a missing object',
      {
        'kustomization.yaml': `${BASE}patches: [{ path: b.yaml }]\n`,
        'b.yaml': 'kind: Service\nmetadata: { name: a }\n',
      },
      'Service a, which is not there',
    ],
    [
      'an unknown list',
      { 'kustomization.yaml': `${BASE}patches: [{ path: b.yaml }]\n`, 'b.yaml': OBJECT },
      'tolerations',
    ],
    ['a duplicate object', { 'kustomization.yaml': `${HEAD}resources: [a.yaml, a.yaml]\n` }, 'twice'],
  ])('rejects %s', async (_, files, message) => {
    const folder = await written({ 'a.yaml': OBJECT, ...files });

    expect(() => build(folder)).toThrow(message);
  });
});

describe('the documentation page', () => {
  const page = readFile(join(ROOT, 'docs/how-to/kubernetes.md'), 'utf8');

  it('creates the Secret with every key of the overlays, and lists every overlay', async () => {
    const references = WITH_PODS.flatMap((name) => overlay(name).flatMap(containersOf))
      .flatMap(({ env }) => env)
      .flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
    const [, secret = '', literals = ''] = /create secret generic (\S+) (.*)/.exec(await page) ?? [];

    expect(new Set(references.map(({ name }) => name))).toEqual(new Set([secret]));
    expect([...literals.matchAll(/--from-literal=([\w-]+)=/g)].map(([, key]) => key)).toEqual(
      [...new Set(references.map(({ key }) => key))].sort(),
    );
    expect([...(await page).matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name)).toEqual(Object.keys(OBJECTS));
    for (const [, path = ''] of (await page).matchAll(/kubectl apply -k deploy\/kustomize\/(\S+)/g)) {
      expect(build(kustomization(path)).length).toBeGreaterThan(0);
    }
  });

  it('has a kustomization with a namespace and an image', async () => {
    const [, shown = ''] = /```yaml\n(apiVersion: kustomize.*?)```/s.exec(await page) ?? [];
    const folder = await emptyFolder();
    const path = relative(folder, ROOT);
    await writeFile(join(folder, 'kustomization.yaml'), shown.replaceAll('nv-auth-mock/deploy', `${path}/deploy`));
    const all = build(folder);

    expect(new Set(all.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['mock']));
    expect(containersOf(oneOf(all, 'Deployment nv-auth-mock'))[0]?.['image']).toBe(
      'registry.example/nv-auth-mock:0.1.0',
    );
    if (hasKustomize) expect(byId(kustomize(folder))).toEqual(byId(all));
  });
});
