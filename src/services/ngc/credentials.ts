import type { CredentialRows, ObjectCounts, ServiceCredentials } from '../../contract/credentials.ts';
import { DEVICE_LOGINS } from '../ngc-keys/device-logins.ts';
import { deriveKeyText, readEnding } from '../ngc-keys/key-text.ts';
import { NGC_KEYS, NGC_POLICIES, NGC_USERS, type NgcKeyRow, ORGANIZATIONS } from '../ngc-keys/records.ts';

const KEYS: CredentialRows<NgcKeyRow> = {
  collection: NGC_KEYS.name,
  rekey: (row, { keyHash }) => {
    const { body, id } = row;
    let text = '';
    const secretHash = keyHash((derivation, keyId) => {
      text = deriveKeyText(derivation, keyId);
      return text;
    }, id);
    const issuance = body.issuance === undefined ? {} : { issuance: { ...body.issuance, ending: readEnding(text) } };
    // Keeps all other objects as they are, because many worlds share them.
    return { ...row, aliases: [secretHash], body: { ...body, secretHash, ...issuance } };
  },
  holderOf: ({ body: { id, name, org } }) => ({ kind: 'ngc-key', id, name, clientId: null, owner: org }),
};

export const CREDENTIALS: ServiceCredentials = { rows: [KEYS], derivedCollections: [DEVICE_LOGINS.name] };

export const OBJECT_COUNTS: ObjectCounts = {
  counted: { organizations: { collection: ORGANIZATIONS.name }, ngcKeys: { collection: NGC_KEYS.name } },
  uncountedCollections: [NGC_USERS, NGC_POLICIES].map(({ name }) => name),
};
