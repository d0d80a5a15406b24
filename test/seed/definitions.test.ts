/** Members and names of a vendor in seeds are checked as its documents and tables have them. */
import { describe, expect, it } from 'vitest';
import { deriveUuid } from '../../src/platform/random.ts';
import { onlyNames, seedFrom } from '../support/seeds.ts';

const TASK = { org: 'umbra', name: 'seeded', id: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00ff', status: 'RUNNING' };
const VERSION = {
  ...{ org: 'umbra', name: 'f', functionId: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00fd', access: 'owned' },
  ...{ versionId: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00fe', status: 'ACTIVE' },
};
const { ngc } = onlyNames;
const withTask = (definition: unknown) => ({ ngc, nvct: { tasks: [{ ...TASK, definition }] } });
const withFunction = (definition: unknown) => ({ ngc, nvcf: { functions: [{ ...VERSION, definition }] } });
const saidOf = (seed: object): Promise<string> =>
  seedFrom(seed).then(
    () => '',
    (thrown: Error) => thrown.message,
  );

it('a role of the later Air may be seeded', async () => {
  const key = { org: 'umbra', name: 'k', type: 'personal', services: ['air'], user: 'a@umbra.test' };

  expect(await saidOf({ ngc: { ...ngc, keys: [{ ...key, roles: ['air_instructor'] }] } })).toBe('');
  expect(await saidOf({ ngc: { ...ngc, keys: [{ ...key, roles: ['air_instructr'] }] } })).toContain('`air_instructor`');
});

const SPEC = { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' };

describe('the definition of a task', () => {
  it.each<[said: RegExp, definition: object]>([
    [/definition.models` must be a list/, { models: 'x' }],
    [/definition.models\[0\]` must be an object/, { models: [null] }],
    [/definition.models\[0\].uri` is missing/, { models: [{ name: 'a', version: '1' }] }],
    [/definition.tags` must be a list/, { tags: 5 }],
    [/definition.gpuSpecification` must be an object/, { gpuSpecification: null }],
    [/definition.gpuSpecification` must be an object/, { gpuSpecification: 'L40' }],
    [/definition.gpuSpecification.clusters` must be a list/, { gpuSpecification: { ...SPEC, clusters: 7 } }],
    [/definition.gpuSpecification.gpu` is missing/, { gpuSpecification: { clusters: [] } }],
    [/definition.secrets` must be a list/, { secrets: 'abc' }],
    [/definition.containerEnvironment` must be a list/, { containerEnvironment: 5 }],
    [/definition.percentComplete` must be a whole number/, { percentComplete: 'many' }],
    [/definition.maxRuntimeDuration` must be a text/, { maxRuntimeDuration: 7 }],
    [/definition.maxRuntimeDuration` must be .*`duration`/, { maxRuntimeDuration: 'long' }],
    [/definition.resultHandlingStrategy` must be one of/, { resultHandlingStrategy: 'KEEP' }],
  ])('%s', async (said, definition) => {
    expect(await saidOf(withTask(definition))).toMatch(said);
  });

  it('has the names of secrets, and is refused with a value without showing it', async () => {
    const said = await saidOf(withTask({ secrets: [{ name: 'a', value: 'hush-hush' }] }));

    expect(said).toContain('`nvct.tasks[0].definition.secrets[0]` must be a text');
    expect(said).not.toContain('hush');
    expect(await saidOf(withTask({ secrets: ['a'] }))).toBe('');
  });

  it.each([{}, { containerImage: 'a' }, { color: 'red' }])('may be %j', async (definition) => {
    expect(await saidOf(withTask(definition))).toBe('');
  });
});

describe('the definition of a function', () => {
  it.each<[said: RegExp, definition: object]>([
    [/definition.models\[0\]` must be an object/, { models: [null] }],
    [/definition.models\[0\].llmConfig` must be an object/, { models: [{ name: 'a', llmConfig: 5 }] }],
    [/definition.functionType` must be one of/, { functionType: 'NOPE' }],
    [/definition.health.timeout` must be a text/, { health: { timeout: 5 } }],
    [/definition.llmInvocationConfig` must be an object/, { llmInvocationConfig: 5 }],
    [/definition.resources` must be a list/, { resources: 'x' }],
    [/definition.secrets\[0\]` must be a text/, { secrets: [{ name: 'a', value: 'hush-hush' }] }],
  ])('%s', async (said, definition) => {
    expect(await saidOf(withFunction(definition))).toMatch(said);
  });

  it('may leave members of its parts out', async () => {
    expect(await saidOf(withFunction({ health: { uri: '/up' }, secrets: ['a'], color: 'red' }))).toBe('');
  });
});

describe('the members of an object of Air', () => {
  const [simulation, image] = ['7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00e0', '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00e1'];
  const node = deriveUuid(`air-node:${simulation}:n`);
  const withObject = (resource: string, members: object) => ({
    ngc,
    air: {
      simulations: [{ org: 'umbra', id: simulation, name: 's', state: 'INACTIVE', nodes: ['n'] }],
      images: [{ org: 'umbra', id: image, name: 'i', version: '1', published: false }],
      objects: [{ org: 'umbra', resource, id: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00e2', members: { node, ...members } }],
    },
  });

  it.each<[said: RegExp, resource: string, members: object]>([
    [/members.labels` must be an object, or null/, 'interfaces', { name: 'e', labels: 5 }],
    [
      /labels.scalable_unit` must be a whole number, or null/,
      'interfaces',
      { name: 'e', labels: { scalable_unit: 'x' } },
    ],
    [/members.executor` must be one of[^\n]*$/, 'instructions', { executor: 'nope', data: { commands: [] } }],
    [/members.data.commands` must be a list$/, 'instructions', { executor: 'shell', data: { commands: 5 } }],
    [/members.data` must be an object with `commands`/, 'instructions', { executor: 'shell', data: {} }],
    [/members.data.commands` is missing/, 'instructions', { executor: 'shell', data: { hostname: 'a' } }],
  ])('%s', async (said, resource, members) => {
    expect(await saidOf(withObject(resource, members))).toMatch(said);
  });

  it.each<[resource: string, members: object]>([
    ['interfaces', { name: 'e', labels: { scalable_unit: null } }],
    ['interfaces', { name: 'e', labels: null, connection: null }],
    ['instructions', { executor: 'shell', data: { commands: ['ls'] } }],
  ])('may be those of a request: %s %j', async (resource, members) => {
    expect(await saidOf(withObject(resource, members))).toBe('');
  });
});
