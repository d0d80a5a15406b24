import type { AccessKey, AccessKeys } from '../access-keys.ts';
import type { Collections, List } from '../collections.ts';
import { Collision, LimitReached, NotFound, Outdated } from '../errors.ts';
import { updating } from '../updating.ts';
import { ACCESS_KEYS, type AccessKeyRow, accessKeyRow, IDENTITIES, keyClient, keyName } from './records.ts';

export function accessKeysOn(rows: Collections): AccessKeys {
  // Lists never change, so the same list has the same state. It does not keep the list in memory.
  const states = new WeakMap<List, object>();
  const stateOf = (list: List): object => {
    const state = states.get(list) ?? {};
    states.set(list, state);
    return state;
  };
  const shown = (row: AccessKeyRow | null) => (row === null ? null : keyOf(row));
  return {
    create: (key, limit) =>
      updating(rows, async () => {
        const { owner, name } = key;
        const [holder, { count, revision }] = [
          await IDENTITIES.byId(rows, owner),
          await rows.size(ACCESS_KEYS.name, owner),
        ];
        if (holder === null) throw new NotFound();
        if ((await ACCESS_KEYS.byAlias(rows, keyName(owner, name))) !== null) throw new Collision();
        if (count >= limit) throw new LimitReached();
        const expects = [IDENTITIES.still(holder, owner), { collection: ACCESS_KEYS.name, owner, revision }];
        await rows.commit([ACCESS_KEYS.put(accessKeyRow(key))], expects);
      }),
    ofOwner: async (owner) => (await ACCESS_KEYS.ofOwner(rows, owner)).map(keyOf),
    listOf: async (owner) => {
      const list = await ACCESS_KEYS.listOf(rows, owner);
      return { state: stateOf(list), keys: () => list.rows.map(keyOf) };
    },
    all: async ({ clientId, createdBy }) => {
      if (clientId !== undefined) {
        const key = shown(await ACCESS_KEYS.byAlias(rows, keyClient(clientId)));
        return key === null || (createdBy !== undefined && key.createdBy !== createdBy) ? [] : [key];
      }
      const found =
        createdBy === undefined ? (await ACCESS_KEYS.all(rows)).rows : await ACCESS_KEYS.ofLabel(rows, createdBy);
      return found.map(keyOf);
    },
    byId: async (id) => shown(await ACCESS_KEYS.byId(rows, id)),
    byClientId: async (clientId) => shown(await ACCESS_KEYS.byAlias(rows, keyClient(clientId))),
    delete: async (id) => {
      await ACCESS_KEYS.change(rows, id, () => null);
    },
    replaceSecret: async (id, secretHash) => {
      await ACCESS_KEYS.change(rows, id, (row) => ({ ...row, body: { ...row.body, secretHash } }));
    },
    touch: async (id, at, secretHash) => {
      const key = await ACCESS_KEYS.byId(rows, id);
      const owner = key === null ? null : await IDENTITIES.byId(rows, key.owner);
      if (key === null || owner === null) throw new NotFound();
      if (!owner.body.enabled || key.body.secretHash !== secretHash) throw new Outdated();
      await rows.note(ACCESS_KEYS.name, id, at);
    },
  };
}

function keyOf({ body, usedAt }: AccessKeyRow): AccessKey {
  return { ...body, lastLogin: usedAt };
}
