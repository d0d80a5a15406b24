import type { Collections, Row } from '../collections.ts';
import { updating } from '../updating.ts';
import type { WorldRecords, WorldStore } from '../world.ts';
import {
  ACCESS_KEYS,
  accessKeyRow,
  IDENTITIES,
  identityRow,
  LOGINS,
  NGC_KEYS,
  newKeyRows,
  ngcUserId,
  ngcUserRow,
  ORGANIZATIONS,
  oauthClientRow,
  organizationRow,
  SEED_ID,
  SEEDS,
  STORE_COLLECTIONS,
  seedRow,
  settingRow,
} from './records.ts';
import { rekeyedRows } from './rekeying.ts';

/** Collections that are counted by themselves, by the names that people read; others are objects. */
const COUNTED: Readonly<Record<string, string>> = {
  accessKeys: ACCESS_KEYS.name,
  refreshTokens: LOGINS.name,
  organizations: ORGANIZATIONS.name,
  ngcKeys: NGC_KEYS.name,
};

export function worldOn(rows: Collections): WorldStore {
  return {
    seed: async () => (await SEEDS.byId(rows, SEED_ID))?.body ?? null,
    load: async (seed, records) => rows.load([seedRow(seed), ...rowsOf(records)]),
    rekey: (rekeying, kept) =>
      updating(rows, async () => {
        const known = new Map<string, readonly Row[]>();
        const reading = Object.keys(await rows.counts()).map(async (name) => {
          known.set(name, (await rows.list({ collection: name })).rows);
        });
        await Promise.all(reading);
        const { changes, rekeyed } = rekeyedRows((name) => known.get(name) ?? [], rekeying, kept);
        await rows.commit(changes);
        return rekeyed;
      }),
    credentials: async () => {
      const [keys, accessKeys, identities] = [
        (await NGC_KEYS.all(rows)).rows,
        (await ACCESS_KEYS.all(rows)).rows,
        (await IDENTITIES.all(rows)).rows,
      ];
      const clientIds = [
        ...accessKeys.map(({ body }) => body.clientId),
        ...identities.flatMap(({ body: { kind, name, clientId } }) => [
          ...(clientId === null ? [] : [clientId]),
          ...(kind === 'application' ? [name] : []),
        ]),
      ];
      const clients = [...accessKeys, ...identities];
      return {
        keyHashes: keys.map(({ body }) => body.secretHash),
        clientIds: [...new Set(clientIds)],
        secretHashes: clients.flatMap(({ body }) => body.secretHash ?? []),
      };
    },
    counts: async () => {
      const all = await rows.counts();
      const kinds = await Promise.all(
        (['user', 'application', 'service-account'] as const).map((kind) => rows.size(IDENTITIES.name, kind)),
      );
      const [users = 0, applications = 0, serviceAccounts = 0] = kinds.map(({ count }) => count);
      const counted = Object.fromEntries(
        Object.entries(COUNTED).map(([name, collection]) => [name, all[collection] ?? 0]),
      );
      const objects = Object.entries(all).filter(([name]) => !STORE_COLLECTIONS.has(name));
      return {
        ...{ users, applications, serviceAccounts },
        ...counted,
        objects: objects.reduce((sum, [, count]) => sum + count, 0),
      };
    },
  };
}

function rowsOf(records: WorldRecords): readonly Row[] {
  const { identities = [], accessKeys = [], oauthClients = [], organizations = [], ngcUsers = [] } = records;
  const { ngcKeys = [], objects = [], settings = {} } = records;
  return [
    ...identities.map(identityRow),
    ...accessKeys.map(accessKeyRow),
    ...oauthClients.map(oauthClientRow),
    ...organizations.map(organizationRow),
    // Of two for one person the first counts.
    ...new Map([...ngcUsers].reverse().map((user) => [ngcUserId(user.org, user.email), ngcUserRow(user)])).values(),
    ...ngcKeys.flatMap(newKeyRows),
    ...objects,
    ...Object.entries(settings).map(([name, value]) => settingRow(name, value)),
  ];
}
