import type { Collections } from '../collections.ts';
import type { Store } from '../index.ts';
import { accessKeysOn } from './access-keys.ts';
import { grantsOn } from './grants.ts';
import { identitiesOn, oauthClientsOn } from './identities.ts';
import { ngcKeysOn } from './ngc-keys.ts';
import { settingsOn } from './settings.ts';
import { worldOn } from './world.ts';

/** The parts of a store that are made of nothing but its rows. */
export type Parts = Pick<
  Store,
  'accessKeys' | 'identities' | 'oauthClients' | 'grants' | 'ngcKeys' | 'settings' | 'world'
>;

export function partsOn(rows: Collections): Parts {
  return {
    accessKeys: accessKeysOn(rows),
    identities: identitiesOn(rows),
    oauthClients: oauthClientsOn(rows),
    grants: grantsOn(rows),
    ngcKeys: ngcKeysOn(rows),
    settings: settingsOn(rows),
    world: worldOn(rows),
  };
}
