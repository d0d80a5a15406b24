/** Vendor members and names in seeds are validated against the documents and tables. */
import { describe, expect, it } from 'vitest';
import { deriveUuid } from '../../../src/lib/random.ts';
import { onlyNames, seedFrom } from '../../support/seeds.ts';

const TASK = { org: 'umbra', name: 'seeded', id: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00ff', status: 'RUNNING' };
const VERSION = {
  org: 'umbra',
  name: 'f',
  functionId: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00fd',
  access: 'owned',
  versionId: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00fe',
  status: 'ACTIVE',
};
const { ngc } = onlyNames;
const buildTaskSeed = (definition: unknown) => ({ ngc, nvct: { tasks: [{ ...TASK, definition }] } });
const buildFunctionSeed = (definition: unknown) => ({ ngc, nvcf: { functions: [{ ...VERSION, definition }] } });
const readErrors = (seed: object): Promise<string> =>
  seedFrom(seed).then(
    () => '',
    (thrown: Error) => thrown.message,
  );

it('a role of a later version of Air is accepted', async () => {
  const key = { org: 'umbra', name: 'k', type: 'personal', services: ['air'], user: 'a@umbra.test' };

  expect(await readErrors({ ngc: { ...ngc, keys: [{ ...key, roles: ['air_instructor'] }] } })).toBe('');
  expect(await readErrors({ ngc: { ...ngc, keys: [{ ...key, roles: ['air_instructr'] }] } })).toContain(
    '`air_instructor`',
  );
});

const SPEC = { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' };

describe('the definition of a task', () => {
  it.each<[message: RegExp, definition: object]>([
    [/definition.models\[0\]` must be an object/, { models: [null] }],
    [/definition.models\[0\].uri` is missing/, { models: [{ name: 'a', version: '1' }] }],
    [/definition.gpuSpecification` must be an object/, { gpuSpecification: 'L40' }],
    [/definition.gpuSpecification.clusters` must be a list/, { gpuSpecification: { ...SPEC, clusters: 7 } }],
    [/definition.percentComplete` must be a whole number/, { percentComplete: 'many' }],
    [/definition.maxRuntimeDuration` must be .*`duration`/, { maxRuntimeDuration: 'long' }],
    [/definition.resultHandlingStrategy` must be one of/, { resultHandlingStrategy: 'KEEP' }],
  ])('is rejected: %s', async (message, definition) => {
    expect(await readErrors(buildTaskSeed(definition))).toMatch(message);
  });

  it('accepts names of secrets and rejects values without printing them', async () => {
    const message = await readErrors(buildTaskSeed({ secrets: [{ name: 'a', value: 'hush-hush' }] }));

    expect(message).toContain('`nvct.tasks[0].definition.secrets[0]` must be a text');
    expect(message).not.toContain('hush');
    expect(await readErrors(buildTaskSeed({ secrets: ['a'] }))).toBe('');
  });

  it.each([{}, { containerImage: 'a' }, { color: 'red' }])('is accepted as %j', async (definition) => {
    expect(await readErrors(buildTaskSeed(definition))).toBe('');
  });
});

describe('the definition of a function', () => {
  it.each<[message: RegExp, definition: object]>([
    [/definition.models\[0\]` must be an object/, { models: [null] }],
    [/definition.models\[0\].llmConfig` must be an object/, { models: [{ name: 'a', llmConfig: 5 }] }],
    [/definition.llmInvocationConfig` must be an object/, { llmInvocationConfig: 5 }],
    [/definition.secrets\[0\]` must be a text/, { secrets: [{ name: 'a', value: 'hush-hush' }] }],
  ])('is rejected: %s', async (message, definition) => {
    expect(await readErrors(buildFunctionSeed(definition))).toMatch(message);
  });

  it('may omit members of its parts', async () => {
    expect(await readErrors(buildFunctionSeed({ health: { uri: '/up' }, secrets: ['a'], color: 'red' }))).toBe('');
  });
});

describe('the members of an object of Air', () => {
  const [simulation, image] = ['7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00e0', '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00e1'];
  const node = deriveUuid(`air-node:${simulation}:n`);
  const buildAirSeed = (resource: string, members: object) => ({
    ngc,
    air: {
      simulations: [{ org: 'umbra', id: simulation, name: 's', state: 'INACTIVE', nodes: ['n'] }],
      images: [{ org: 'umbra', id: image, name: 'i', version: '1', published: false }],
      objects: [{ org: 'umbra', resource, id: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00e2', members: { node, ...members } }],
    },
  });

  it.each<[message: RegExp, resource: string, members: object]>([
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
  ])('are rejected: %s', async (message, resource, members) => {
    expect(await readErrors(buildAirSeed(resource, members))).toMatch(message);
  });

  it.each<[resource: string, members: object]>([
    ['interfaces', { name: 'e', labels: { scalable_unit: null } }],
    ['interfaces', { name: 'e', labels: null, connection: null }],
    ['instructions', { executor: 'shell', data: { commands: ['ls'] } }],
  ])('are accepted as in a request: %s %j', async (resource, members) => {
    expect(await readErrors(buildAirSeed(resource, members))).toBe('');
  });
});
