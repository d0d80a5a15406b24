import { expect } from 'vitest';

/** A server, in process or as one. */
interface Caller {
  call(
    request: string,
    parts?: { readonly body?: unknown },
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  ): Promise<{ readonly status: number; readonly body: any }>;
}

const KEY = {
  type: 'service',
  name: 'made',
  services: ['nvcf'],
  scopes: ['list_functions'],
  resource: { type: 'All Functions' },
};

/** Changes the default world and makes others, with everything that an export has. */
export async function inhabited({ call }: Caller): Promise<readonly string[]> {
  await call('POST /_mock/worlds', { body: { id: 'alice', ttl: '3h', label: 'what alice tests' } });
  await call('POST /_mock/worlds', { body: { id: 'copy', from: { world: 'alice' }, credentials: 'cast' } });
  await call('POST /_mock/worlds', { body: { id: 'empty', seed: 'none' } });
  const keys: string[] = [];
  for (const at of ['', '/w/alice']) {
    keys.push((await call(`POST ${at}/_mock/keys`, { body: KEY })).body.key);
    await call(`PUT ${at}/_mock/propagation`, { body: { mode: 'fixed', delay: '20m' } });
    await call(`POST ${at}/_mock/clock/advance`, { body: { by: '3h' } });
    await call(`PUT ${at}/_mock/mode`, { body: { mode: 'observe' } });
    await call(`POST ${at}/_mock/faults`, { body: { match: { service: 'air' }, do: { status: 500 }, times: 3 } });
    await call(`POST ${at}/_mock/drills/rotate-signing-key`, { body: {} });
    await call(`POST ${at}/_mock/snapshots`, { body: { name: 'before' } });
  }
  await call('POST /w/alice/_mock/clock/freeze');
  return keys;
}

/** What users see of the worlds of a server. */
export async function stateOf({ call }: Caller): Promise<unknown> {
  const { worlds } = (await call('GET /_mock/worlds')).body;
  const ids: string[] = worlds.map(({ id }: { readonly id: string }) => id).sort();
  const states = ids.map(async (id) => {
    const at = `/w/${id}`;
    const ok = async (path: string) => {
      const { status, body } = await call(`GET ${at}${path}`);
      expect([path, status]).toEqual([path, 200]);
      return body;
    };
    const of = (path: string) => ok(`/_mock/${path}`);
    const { credentials, ttl, label } = await of(`worlds/${id}`);
    const { frozen, now, ahead } = await of('clock');
    return {
      ...{ id, credentials, ttl, label, clock: frozen ? { now } : { ahead } },
      cast: await of('cast'),
      keys: await of('keys?limit=500'),
      mode: await of('mode'),
      faults: await of('faults'),
      propagation: await of('propagation'),
      // Each kind of store counts other bytes.
      snapshots: (await of('snapshots')).snapshots.map(
        ({ bytes: _, ...snapshot }: { readonly bytes: number }) => snapshot,
      ),
      jwks: id === 'empty' ? null : await ok('/auth/realms/acme/protocol/openid-connect/certs'),
    };
  });
  return Promise.all(states);
}
