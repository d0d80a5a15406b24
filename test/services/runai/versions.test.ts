/** Versions of Run:ai that have the rules of an earlier version. */

import { describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import { runaiServer } from '../../support/runai.ts';

const V1_TOKEN = '/api/v1/token';
const ADMINISTRATION = '/api/v1/administration/user-applications';

const base = await runaiServer();
const readDocument = async ({ call }: Pick<typeof base, 'call'>) => (await call('GET /openapi/runai.json')).body;

describe.each(['2.25', '2.26'] as const)('Run:ai %s', async (runai) => {
  const server = await runaiServer({ runai });

  it('is named in the banner, in `/_mock/info` and in the tables', async () => {
    const { body: info } = await server.call('GET /_mock/info');
    const { body: tables } = await server.call('GET /_mock/tables/runai');
    const [service] = info.services;

    expect(server.posture).toContain(` runai=${runai} `);
    expect(info.configuration.runai.value).toBe(runai);
    expect([service.name, service.profile]).toEqual(['runai', runai]);
    expect(tables.profile).toBe(runai);
    expect(tables.more.versions).toContainEqual(
      expect.objectContaining({
        version: runai,
        sameAs: '2.24',
        certainty: runai === '2.25' ? 'documented' : 'inferred',
      }),
    );
  });

  it('has the operations and the rules of 2.24', async () => {
    const readRules = async (call: typeof base.call) => {
      const { operations, rules, roles } = (await call('GET /_mock/tables/runai')).body;
      return { operations, rules, roles };
    };

    expect(await readRules(server.call)).toEqual(await readRules(base.call));
  });

  it('has the document of 2.24 with more deprecations, which name the replacements', async () => {
    const { paths, info, ...rest } = await readDocument(server);
    const { paths: before, info: infoBefore, ...restBefore } = await readDocument(base);
    const post = paths[V1_TOKEN].post;

    expect(info).toEqual({
      ...infoBefore,
      version: runai,
      description: expect.stringContaining(`The operations of ${runai} are those of 2.24.`),
    });
    expect(rest).toEqual(restBefore);
    expect([before[V1_TOKEN].post.deprecated, post.deprecated]).toEqual([undefined, true]);
    expect(post.description).toContain('Deprecated since 2.25: use `POST /api/v2/token` instead.');
    for (const [path, method, replacement] of [
      [ADMINISTRATION, 'get', 'GET /api/v1/administration/access-keys'],
      [`${ADMINISTRATION}/{appId}`, 'delete', 'DELETE /api/v1/administration/access-keys/{accessKeyId}'],
    ] as const) {
      expect(paths[path][method].deprecated).toBe(true);
      expect(paths[path][method].description).toContain(`Deprecated since 2.25: use \`${replacement}\` instead.`);
      paths[path] = before[path];
    }
    paths[V1_TOKEN] = before[V1_TOKEN];
    expect(paths).toEqual(before);
  });

  it('suggests an access rule for a refused request, and computes the least privilege', async () => {
    const asResearcher = server.as(await server.tokenOf(researcher));
    const answer = await asResearcher('GET users');
    const { body } = await server.call(`GET /_mock/decisions/${answer.decision?.id}`);
    await server.done(200, 'GET authorization/roles');
    const leastPrivilege = (await server.call('GET /_mock/least-privilege')).body;

    expect(body.fixes[0]).toMatchObject({ kind: 'role', request: { method: 'POST' } });
    expect(JSON.stringify(leastPrivilege)).toContain('rolesReadAccess');
  });
});
