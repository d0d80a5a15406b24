/** What is changed on one replica counts on the other from the first request after the answer. */
import { expect } from 'vitest';
import { researcher } from '../support/cast.ts';
import { DEFINITION, FULL, inPath } from '../support/nvcf-client.ts';
import { describePostgres } from '../support/postgres.ts';
import { it, type Replica, type Replicas } from '../support/replicas.ts';

const TRIES = 1000;

/** Changes something on one replica, and says what the other one answered wrongly right afterwards; null if nothing. */
type Try = (here: Replica, there: Replica, number: number) => Promise<string | null>;

const KEYS = '/api/v1/access-keys';

async function triesOf({ a }: Replicas): Promise<Readonly<Record<string, Try>>> {
  const token = await a.tokenOf(researcher.accessKey);
  const serviceKey = async (name: string, scope: string) => {
    const order = { type: 'service', name, services: ['nvcf'], scopes: [scope], resource: { type: 'All Functions' } };
    return (await a.call('POST /_mock/keys', { body: order })).body;
  };
  const [edited, delayed] = [
    await serviceKey('edited', 'list_functions'),
    await serviceKey('delayed', 'queue_details'),
  ];
  const { key: poor } = await serviceKey('poor', 'queue_details');

  const newKey = async (at: Replica, name: string) => {
    const { status, body } = await at.call(`POST ${KEYS}`, { token, body: { name } });
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };
  const removeKey = async (at: Replica, id: string) => {
    expect((await at.call(`DELETE ${KEYS}/${id}`, { token })).status).toBe(204);
  };
  /** Says what is wrong where a status is another one. */
  const unless = (what: string, status: number, expected: number) =>
    status === expected ? null : `${what}: ${status} in place of ${expected}`;

  return {
    'a new access key gets a token': async (here, there, number) => {
      const made = await newKey(here, `new-${number}k`);
      const { status } = await there.grant(made);
      await removeKey(there, made.id);
      return unless('grant', status, 200);
    },
    'a deleted access key gets none': async (here, there, number) => {
      const made = await newKey(here, `gone-${number}k`);
      expect((await there.grant(made)).status).toBe(200);
      await removeKey(here, made.id);
      return unless('grant', (await there.grant(made)).status, 400);
    },
    'a secret that was replaced gets none, and the new one does': async (here, there, number) => {
      const made = await newKey(here, `secret-${number}k`);
      expect((await there.grant(made)).status).toBe(200);
      const { clientSecret } = (await here.call(`POST ${KEYS}/${made.id}/secret`, { token })).body;
      const [old, fresh] = [await there.grant(made), await there.grant({ ...made, clientSecret })];
      await removeKey(there, made.id);
      return unless('old secret', old.status, 400) ?? unless('new secret', fresh.status, 200);
    },
    'the clock is moved': async (here, there) => {
      const moved = await here.call('POST /_mock/clock/advance', { body: { by: '3s' } });
      const read = await there.call('GET /_mock/clock');
      const isLater = Date.parse(read.body.now) >= Date.parse(moved.body.now) && read.body.ahead === moved.body.ahead;
      return isLater ? null : `${read.body.now} after ${moved.body.now}`;
    },
    'the toggle of propagation is set, and set back': async (here, there) => {
      const edit = () => there.call(`PATCH /_mock/keys/${delayed.id}`, { body: { scopes: ['list_functions'] } });
      await here.call('PUT /_mock/propagation', { body: { mode: 'fixed' } });
      const { body: late } = await edit();
      await here.call('PUT /_mock/propagation', { body: { mode: 'off' } });
      const { body: prompt } = await edit();
      const [pending, none] = [late.pending.length, prompt.pending.length];
      return pending === 1 && none === 0 ? null : `${pending} pending edits, then ${none}`;
    },
    'the scopes of a service key are edited': async (here, there) => {
      const edit = (scopes: string[]) => here.call(`PATCH /_mock/keys/${edited.id}`, { body: { scopes } });
      const list = () => there.call('GET /v2/nvcf/functions', { token: edited.key });
      expect((await edit(['queue_details'])).status).toBe(200);
      const refused = await list();
      expect((await edit(['queue_details', 'list_functions'])).status).toBe(200);
      return unless('without the scope', refused.status, 403) ?? unless('with it', (await list()).status, 200);
    },
    'the mode is set, and set back': async (here, there) => {
      await here.call('PUT /_mock/mode', { body: { mode: 'observe' } });
      const observed = await there.call('GET /v2/nvcf/functions', { token: poor });
      await there.call('PUT /_mock/mode', { body: { mode: 'enforce' } });
      const enforced = await here.call('GET /v2/nvcf/functions', { token: poor });
      return unless('observe', observed.status, 200) ?? unless('enforce', enforced.status, 403);
    },
    'a function is deleted': async (here, there) => {
      const { body } = await here.call('POST /v2/nvcf/functions', { token: FULL, body: DEFINITION });
      const place = inPath({ functionId: body.function.id, versionId: body.function.versionId });
      expect((await there.call(`GET /v2/nvcf/${place}`, { token: FULL })).status).toBe(200);
      expect((await here.call(`DELETE /v2/nvcf/${place}`, { token: FULL })).status).toBe(204);
      return unless('get', (await there.call(`GET /v2/nvcf/${place}`, { token: FULL })).status, 404);
    },
    'a fault is added and removed': async (here, there) => {
      const added = await here.call('POST /_mock/faults', {
        body: { match: { operation: 'get_users' }, do: { status: 503, offDocument: true } },
      });
      const struck = await there.call('GET /api/v1/users', { token });
      await here.call(`DELETE /_mock/faults/${added.body.id}`);
      const after = await there.call('GET /api/v1/users', { token });
      return unless('while it is there', struck.status, 503) ?? unless('once it is gone', after.status, 403);
    },
  };
}

describePostgres('a change on one replica', () => {
  it(`counts on the other from the first request after the answer, ${TRIES} times of ${TRIES}`, async ({
    replicas,
  }) => {
    const { a, b } = replicas;
    const tries = Object.entries(await triesOf(replicas));
    const stale: string[] = [];
    for (let number = 0; number < TRIES; number += 1) {
      const [what, attempt] = tries[number % tries.length] ?? [];
      // Each kind of change goes both ways.
      const [here, there] = Math.floor(number / tries.length) % 2 === 0 ? [a, b] : [b, a];
      const wrong = await attempt?.(here, there, number);
      if (wrong !== null) stale.push(`${number}, ${what}: ${wrong}`);
    }
    expect(stale).toEqual([]);
  });

  it('counts there in a world that was made here, from the first request to it', async ({ replicas }) => {
    for (let round = 0; round < 30; round += 1) {
      const [here, there] = [replicas.next(), replicas.next()];
      const { body: made } = await here.call('POST /_mock/worlds', { body: {} });
      const door = `/w/${made.id}`;
      const { key: token } = made.cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-invoker');
      const [mode, status] = round % 4 < 2 ? ['observe', 200] : ['enforce', 403];
      expect((await here.call(`PUT ${door}/_mock/mode`, { body: { mode } })).status).toBe(200);
      const list = await there.call(`GET ${door}/v2/nvcf/functions`, { token });
      expect([mode, list.status, list.body]).toEqual([mode, status, list.body]);
      expect((await there.call(`DELETE /_mock/worlds/${made.id}`)).status).toBe(204);
      expect((await here.call(`GET ${door}/v2/nvcf/functions`, { token })).status).toBe(404);
      replicas.next();
    }
  });

  it('counts there after a reset, too', async ({ replicas }) => {
    const token = await replicas.a.tokenOf(researcher.accessKey);
    for (let round = 0; round < 20; round += 1) {
      const [here, there] = [replicas.next(), replicas.next()];
      const { body: made } = await here.call(`POST ${KEYS}`, { token, body: { name: 'lost' } });
      expect((await there.grant(made)).status).toBe(200);
      await here.call('POST /_mock/clock/advance', { body: { by: '1m' } });
      await there.call('PUT /_mock/mode', { body: { mode: 'observe' } });
      expect((await here.call('POST /_mock/reset')).status).toBe(200);
      expect((await there.grant(made)).status).toBe(400);
      expect((await there.call('GET /_mock/clock')).body.ahead).toBe('PT0S');
      expect((await there.call('GET /_mock/mode')).body.mode).toBe('enforce');
      // The next round begins on the other one.
      replicas.next();
    }
  });
});
