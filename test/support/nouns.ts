import type { CredentialReplacer, Holder } from '../../src/contract/credentials.ts';
import { countObjects } from '../../src/services/control/operations/world.ts';
import { OBJECT_COUNTS as KEY_CENSUS, CREDENTIALS as KEY_CREDENTIALS } from '../../src/services/ngc/credentials.ts';
import { type NgcKeys, ngcKeysIn } from '../../src/services/ngc-keys/index.ts';
import {
  createKeyRows,
  createNgcUserRow,
  createOrganizationRow,
  type NewNgcKey,
  type NgcUser,
  type Organization,
} from '../../src/services/ngc-keys/records.ts';
import {
  type AccessKey,
  type AccessKeys,
  accessKeysIn,
  createAccessKeyRow,
} from '../../src/services/runai/collections/access-keys.ts';
import { type Grants, grantsIn } from '../../src/services/runai/collections/grants.ts';
import {
  createIdentityRow,
  type Identities,
  type Identity,
  identitiesIn,
} from '../../src/services/runai/collections/identities.ts';
import { CREDENTIALS, OBJECT_COUNTS } from '../../src/services/runai/collections/index.ts';
import {
  createOAuthClientRow,
  type OAuthClient,
  type OAuthClients,
  oauthClientsIn,
} from '../../src/services/runai/collections/oauth-clients.ts';
import { Collections } from '../../src/store/collections.ts';
import { Store } from '../../src/store/index.ts';
import type { Row } from '../../src/store/row.ts';
import { createSeedRow, readSeed, type StoredSeed } from '../../src/store/seed.ts';
import { createSettingRow } from '../../src/store/settings.ts';
import { createState, listRows, type State } from '../../src/store/state.ts';
import { Credentials } from '../../src/worlds/credentials.ts';

/** The records of a world. Absent members are empty. */
export interface Records {
  readonly identities?: readonly Identity[];
  readonly accessKeys?: readonly AccessKey[];
  readonly oauthClients?: readonly OAuthClient[];
  readonly organizations?: readonly Organization[];
  readonly ngcUsers?: readonly NgcUser[];
  readonly ngcKeys?: readonly NewNgcKey[];
  readonly objects?: readonly Row[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** Converts records to rows. */
export function rowsOf(records: Records): readonly Row[] {
  const { identities = [], accessKeys = [], oauthClients = [], organizations = [], ngcUsers = [] } = records;
  const { ngcKeys = [], objects = [], settings = {} } = records;
  return [
    ...identities.map(createIdentityRow),
    ...accessKeys.map(createAccessKeyRow),
    ...oauthClients.map(createOAuthClientRow),
    ...organizations.map(createOrganizationRow),
    ...ngcUsers.map(createNgcUserRow),
    ...ngcKeys.flatMap(createKeyRows),
    ...objects,
    ...Object.entries(settings).map(([name, value]) => createSettingRow(name, value)),
  ];
}

const SERVICES = [
  { credentials: { stored: CREDENTIALS }, state: { events: null, objectCounts: OBJECT_COUNTS } },
  { credentials: { stored: KEY_CREDENTIALS }, state: { events: null, objectCounts: KEY_CENSUS } },
];

/** The credentials that Run:ai and NGC keep. */
export const credentials = new Credentials(SERVICES);

/** A store with the collections of services. */
export interface FullStore extends Store {
  readonly accessKeys: AccessKeys;
  readonly identities: Identities;
  readonly oauthClients: OAuthClients;
  readonly grants: Grants;
  readonly ngcKeys: NgcKeys;
  readonly world: {
    seed(): Promise<StoredSeed | null>;
    load(seed: StoredSeed, records: Records): Promise<void>;
    rekey(rekeying: CredentialReplacer, kept: StoredSeed): Promise<readonly Holder[]>;
    credentials(): ReturnType<Credentials['of']>;
    counts(): Promise<Readonly<Record<string, number>>>;
  };
}

export function fullStore<Its extends Store>(store: Its): Its & FullStore {
  const { collections } = store;
  return {
    ...store,
    accessKeys: accessKeysIn(store),
    identities: identitiesIn(store),
    oauthClients: oauthClientsIn({ store, settings: { redirectUri: [] } }),
    grants: grantsIn(store),
    ngcKeys: ngcKeysIn(store),
    world: {
      seed: () => readSeed(collections),
      load: async (seed, records) => collections.replace(createState([createSeedRow(seed), ...rowsOf(records)])),
      rekey: async (rekeying, kept) => {
        const { state: rekeyed, holders } = await credentials.rekey(collections.freeze(), {
          rekeying,
          storedSeed: () => kept,
        });
        await collections.replace(rekeyed);
        return holders;
      },
      credentials: () => credentials.of((collection) => collections.rowsOf(collection).all),
      counts: () => countObjects(collections, SERVICES),
    },
  };
}

/** Opens a store in memory. */
export const storeOf = (state: State): FullStore => fullStore(new Store(new Collections(state)));

/** Returns all rows of a store, oldest first. */
export async function rowsOfStore(store: Pick<Store, 'collections'>): Promise<readonly Row[]> {
  return listRows(store.collections.freeze());
}

/** Converts rows to records, without the last login of identities. */
export function recordsIn(rows: readonly Row[]) {
  const bodies = <Body>(collection: string) =>
    rows.filter((row) => row.collection === collection).map(({ body }) => body as Body);
  const known = new Set(['identities', 'access-keys', 'ngc.keys', 'ngc.organizations', 'ngc.users', 'settings']);
  return {
    identities: bodies<Identity>('identities'),
    accessKeys: bodies<AccessKey>('access-keys'),
    ngcKeys: bodies<NewNgcKey>('ngc.keys'),
    organizations: bodies<Organization>('ngc.organizations'),
    ngcUsers: bodies<NgcUser>('ngc.users'),
    objects: rows.filter(({ collection }) => !known.has(collection)),
  };
}
