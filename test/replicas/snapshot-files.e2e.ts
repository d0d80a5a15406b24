/** Worlds go to a database, for all processes that share it, and back. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { emptyFolder } from '../support/folder.ts';
import { describePostgres } from '../support/postgres.ts';
import { it, type Replica } from '../support/replicas.ts';

const KEY = { type: 'service', name: 'made', services: ['nvcf'], scopes: ['list_functions'] };

async function snapshotOf({ call, url }: Replica): Promise<{ readonly id: string; readonly file: string }> {
  const { id } = (await call('POST /_mock/snapshots', { body: { name: 'before' } })).body;
  return { id, file: await (await fetch(`${url}/_mock/snapshots/${id}/file`)).text() };
}

async function uploaded({ url }: Replica, body: string) {
  const answer = await fetch(`${url}/_mock/snapshots/file`, { method: 'POST', body });
  return answer.status;
}

const namesIn = async ({ call }: Replica): Promise<readonly string[]> =>
  (await call('GET /_mock/keys?limit=500')).body.keys.map(({ name }: { readonly name: string }) => name);

describePostgres('a snapshot file', () => {
  it('of a server with a data file is added by one replica, for both, and comes back as it was', async ({
    replicas: { a, b },
    start,
  }) => {
    const one = await start('one.db');
    await one.call('POST /_mock/keys', { body: KEY });
    const { id, file } = await snapshotOf(one);

    expect(await uploaded(a, file)).toBe(201);
    expect(await uploaded(b, file)).toBe(409);
    expect((await b.call('GET /_mock/snapshots')).body.snapshots).toMatchObject([{ id, name: 'before' }]);
    expect(await (await fetch(`${b.url}/_mock/snapshots/${id}/file`)).text()).toBe(file);
    expect((await b.call(`POST /_mock/snapshots/${id}/restore`)).status).toBe(200);
    expect(await namesIn(a)).toContain('made');
  });

  it('is added once, although both replicas are asked at the same moment', async ({ replicas: { a, b }, start }) => {
    const { file } = await snapshotOf(await start('one.db'));
    const statuses = await Promise.all([a, b, a, b].map((at) => uploaded(at, file)));

    expect(statuses.sort()).toEqual([201, 409, 409, 409]);
  });

  it('begins the default world of an empty schema, which goes on with the same file alone', async ({
    schema,
    start,
  }) => {
    const one = await start('one.db');
    await one.call('POST /_mock/keys', { body: KEY });
    const path = join(await emptyFolder(), 'one.ndjson');
    await writeFile(path, (await snapshotOf(one)).file);
    const first = await start(schema.url, '--snapshot', path);
    expect(await namesIn(first)).toContain('made');
    await first.call('POST /_mock/reset');
    const second = await start(schema.url, '--snapshot', path);

    for (const at of [first, second]) expect(await namesIn(at)).toContain('made');
  });
});
