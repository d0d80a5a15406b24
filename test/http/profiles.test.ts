/** Profiles (versions) of a document, and calls that only another version accepts. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { profilesOf, restricted } from '../../scripts/documents/versions.mjs';
import { plainBot, researcher } from '../support/cast.ts';
import { expectRefused, NOTHING, RULES, type RunaiProfile, runaiServer, VIEWER, VISION } from '../support/runai.ts';

const ONLY_OLD = { 'x-profiles': ['1'] };
const ONLY_NEW = { 'x-profiles': ['2', '3'] };

describe('a part of a document that is restricted to a profile', () => {
  it('omits members of other profiles, at any depth', () => {
    const part = { kept: { old: { ...ONLY_OLD, type: 'string' }, new: { ...ONLY_NEW, a: 1 } }, gone: ONLY_NEW };

    expect(restricted(part, '1')).toEqual({ kept: { old: { type: 'string' } } });
    expect(restricted(part, '2')).toEqual({ kept: { new: { a: 1 } }, gone: {} });
  });

  it('omits list entries of other profiles', () => {
    const part = {
      parameters: [{ name: 'old', ...ONLY_OLD }, { name: 'new', ...ONLY_NEW }, { name: 'every' }, 'text'],
    };

    expect(restricted(part, '1')).toEqual({ parameters: [{ name: 'old' }, { name: 'every' }, 'text'] });
    expect(restricted(part, '3')).toEqual({ parameters: [{ name: 'new' }, { name: 'every' }, 'text'] });
  });

  it('omits enum values of other profiles and notes their profiles', () => {
    const part = { enum: ['both', 'old', 'new', null], 'x-enum-profiles': { old: ['1'], new: ['2', '3'] } };

    expect(restricted(part, '1')).toEqual({ enum: ['both', 'old', null], 'x-other-versions': { new: ['2', '3'] } });
    expect(restricted(part, '3')).toEqual({ enum: ['both', 'new', null], 'x-other-versions': { old: ['1'] } });
  });

  it('keeps every enum value, without a note, where no other profile has more', () => {
    const part = { enum: ['both', 'old'], 'x-enum-profiles': { old: ['1'] } };

    expect(restricted(part, '1')).toEqual({ enum: ['both', 'old'] });
  });

  it('does not require properties of other profiles and notes their profiles', () => {
    const part = {
      required: ['every', 'old', 'new'],
      properties: { every: { type: 'string' }, old: { ...ONLY_OLD }, new: { ...ONLY_NEW, enum: ['required'] } },
    };

    expect(restricted(part, '1')).toEqual({
      required: ['every', 'old'],
      properties: { every: { type: 'string' }, old: {} },
      'x-other-versions': { new: ['2', '3'] },
    });
    expect(restricted({ properties: part.properties }, '2')).toEqual({
      properties: { every: { type: 'string' }, new: { enum: ['required'] } },
      'x-other-versions': { old: ['1'] },
    });
  });
});

describe('the documents of the profiles', () => {
  const merged = {
    info: { title: 'Toys', version: 'all' },
    paths: {
      '/balls': { get: { operationId: 'list_balls' }, post: { operationId: 'make_ball', ...ONLY_NEW } },
      '/dolls/{id}': { get: { operationId: 'get_doll', ...ONLY_OLD } },
    },
    components: { schemas: { Toy: { properties: { name: {}, old: ONLY_OLD } }, Doll: ONLY_OLD, Unused: {} } },
    'x-errors': [{ $ref: '#/components/schemas/Toy' }],
  };
  // biome-ignore lint/suspicious/noExplicitAny: documents are read as they come
  const documents = Object.fromEntries(profilesOf(merged)) as Record<string, any>;

  it('exist for each profile that an operation names', () => {
    expect(Object.keys(documents).sort()).toEqual(['1', '2', '3']);
    expect(profilesOf({ paths: { '/balls': { get: {} } } })).toEqual([]);
  });

  it('contain the operations of the profile and list those of other profiles', () => {
    expect(documents['1'].paths).toEqual({
      '/balls': { get: { operationId: 'list_balls' } },
      '/dolls/{id}': { get: { operationId: 'get_doll' } },
    });
    expect(documents['1']['x-other-versions']).toEqual([{ method: 'POST', path: '/balls', profiles: ['2', '3'] }]);
    expect(documents['3'].paths).toEqual({
      '/balls': { get: { operationId: 'list_balls' }, post: { operationId: 'make_ball' } },
    });
    expect(documents['3']['x-other-versions']).toEqual([{ method: 'GET', path: '/dolls/{id}', profiles: ['1'] }]);
  });

  it('mark an operation as deprecated since its version and name its replacement', () => {
    const old = { operationId: 'throw_ball', description: 'Throws it.' };
    const marks = { 'x-deprecated-since': '2', 'x-replaced-by': 'POST /dolls' };
    const all = profilesOf({ ...merged, paths: { ...merged.paths, '/throws': { post: { ...old, ...marks } } } });
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const thrown = all.map(([profile, document]) => [profile, (document as any).paths['/throws'].post]);
    const since = {
      ...old,
      ...marks,
      deprecated: true,
      description: 'Throws it. Deprecated since 2: use `POST /dolls` instead.',
    };

    expect(Object.fromEntries(thrown)).toEqual({ '1': { ...old, ...marks }, '2': since, '3': since });
  });

  it('list removed operations since the version that removed them', () => {
    const removed = [{ method: 'GET', path: '/kites', since: '2' }];
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const all: readonly [string, any][] = profilesOf({ ...merged, 'x-removed': removed });
    const listed = all.map(([profile, document]) => [
      profile,
      document['x-other-versions'].filter(({ path }: { path: string }) => path === '/kites'),
    ]);
    const gone = [{ method: 'GET', path: '/kites', profiles: [], removedIn: '2' }];

    expect(Object.fromEntries(listed)).toEqual({ '1': [], '2': gone, '3': gone });
  });

  it('contain their own version, and only the components that they use', () => {
    expect(Object.entries(documents).map(([profile, { info }]) => [profile, info.version])).toEqual([
      ['1', '1'],
      ['2', '2'],
      ['3', '3'],
    ]);
    for (const { components } of Object.values(documents)) expect(Object.keys(components.schemas)).toEqual(['Toy']);
  });

  it('contain the other parts of their profile and leave the source unchanged', () => {
    expect(documents['2'].info.title).toBe('Toys');
    expect(documents['2'].components.schemas.Toy).toEqual({
      properties: { name: {} },
      'x-other-versions': { old: ['1'] },
    });
    expect(merged.components.schemas.Toy.properties.old).toEqual(ONLY_OLD);
  });
});

interface OtherOperation {
  readonly method: string;
  readonly path: string;
  readonly profiles: readonly string[];
}
const readOtherOperations = async (profile: RunaiProfile): Promise<readonly OtherOperation[]> => {
  const url = new URL(`../../dist/openapi/runai.${profile}.json`, import.meta.url);
  return JSON.parse(await readFile(url, 'utf8'))['x-other-versions'];
};
const PROFILES = ['2.19', '2.24', '3.0'] as const;
const servers = {
  '2.19': await runaiServer({ runai: '2.19' }),
  '2.24': await runaiServer(),
  '3.0': await runaiServer({ runai: '3.0' }),
};
/** The server of a version, in its initial state. */
const resetServer = async (profile: RunaiProfile) => {
  await servers[profile].call('POST /_mock/reset');
  return servers[profile];
};

describe.each(PROFILES)('Run:ai %s rejects operations of other versions:', async (profile) => {
  const others = (await readOtherOperations(profile)).filter(({ profiles }) => profiles.length > 0);
  const all = others.map(({ method, path, profiles }) => ({
    method,
    path: path.replaceAll(/\{\w+\}/g, NOTHING),
    profiles,
  }));

  it.each(all)('$method $path', async ({ method, path, profiles }) => {
    const server = await resetServer(profile);
    const answer = await server.call(`${method} ${path}`, method === 'GET' ? {} : { body: {} });

    expect(answer.status).toBe(404);
    expect(JSON.stringify(answer.body)).toContain('No operation has the path');
    const isEnded = profiles.every((version) => version < profile);
    const instead = isEnded ? 'use its replacement, `[A-Z]+ /api/' : 'use an operation of the running version';
    expect(await server.hints('path_of_other_version')).toEqual([
      expect.stringMatching(new RegExp(`\\(${method}\\) exists in ${profiles.join(', ')}, .*${instead}`)),
    ]);
  });

  it('but reports no hint for its own operations and unknown paths', async () => {
    const server = await resetServer(profile);
    for (const path of ['users', RULES, 'clusters', 'nothing', 'apps/x/y/z']) await server.admin(`GET ${path}`);

    expect(await server.hints('path_of_other_version')).toEqual([]);
  });
});

describe('a subject type of another version', () => {
  const rule = { roleId: VIEWER, scopeType: 'project', scopeId: VISION };
  const cases = [
    ['2.19', 'service-account', plainBot.name, '2.24, 3.0'],
    ['3.0', 'app', 'ci-app', '2.19, 2.24'],
  ] as const;

  it.each(cases)('is rejected and reported as a hint: %s and %s', async (profile, subjectType, subjectId, others) => {
    const server = await resetServer(profile);
    const refused = await server.admin(`POST ${RULES}`, { ...rule, subjectType, subjectId });

    expectRefused(refused, 400, 'one of', '`user`, `group`');
    expect(await server.hints('other_version')).toEqual([
      expect.stringContaining(
        `create_access_rule was refused for a value that only ${others} has: Field \`subjectType\``,
      ),
    ]);
  });

  it('is listed in a rule of the seed', async () => {
    const server = await resetServer('2.19');
    const { accessRules } = await server.done(200, `GET ${RULES}?subjectType=service-account`);

    expect(accessRules.map(({ subjectType }: { subjectType: string }) => subjectType)).toContain('service-account');
  });
});

describe('an access rule', () => {
  it.each(PROFILES)('has a status since 2.24: %s', async (profile) => {
    const server = await resetServer(profile);
    const order = {
      subjectId: researcher.email,
      subjectType: 'user',
      roleId: VIEWER,
      scopeType: 'project',
      scopeId: VISION,
    };
    const created = await server.done(201, `POST ${RULES}`, order);
    const { accessRules } = await server.done(200, `GET ${RULES}?filterBy=subjectId%3D%3D${researcher.email}`);

    for (const rule of [created, ...accessRules, await server.done(200, `GET ${RULES}/${created.id}`)]) {
      expect('status' in rule).toBe(profile !== '2.19');
    }
    const byPhase = await server.admin(`GET ${RULES}?filterBy=phase%3D%3DReady`);
    expect(byPhase.status).toBe(profile === '2.19' ? 400 : 200);
  });
});
