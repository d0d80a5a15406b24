import type { DenyReason } from '../../decisions/reasons.ts';
import type { RemedyRow } from '../../decisions/rule.ts';

const ANOTHER_KEY = 'use a key from `GET /_mock/cast`, or create one with `POST /_mock/keys`';

export const KEY_REMEDIES = {
  malformed_key: { kind: 'credential', text: `${ANOTHER_KEY}; send all 70 characters` },
  foreign_key: { kind: 'credential', text: `${ANOTHER_KEY}; never send a real key to a mock` },
  unknown_key: {
    kind: 'credential',
    text: `${ANOTHER_KEY}; this one was deleted or rotated, or belongs to another world`,
  },
  expired_key: {
    kind: 'credential',
    text: 'create a new key, or set a later `expiresAt` with `PATCH /_mock/keys/{id}`',
  },
  disabled_key: { kind: 'credential', text: 'enable the key with `PATCH /_mock/keys/{id}` and `{"status":"active"}`' },
  suspended_key: {
    kind: 'credential',
    text: 'resume the suspended key with `PUT /v1/service-admin/users/{userId}/keys/{keyId}/status` and `{"status":"ACTIVE"}`, or with `PATCH /_mock/keys/{id}` and `{"status":"active"}`',
  },
  suspended_owner: {
    kind: 'credential',
    text: 'resume the owner with `PUT /v1/admin/users/{userId}/status` and `{"status":"ACTIVE"}`',
  },
  unsupported_token: { kind: 'credential', text: `send a key that starts with \`nvapi-\`: ${ANOTHER_KEY}` },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;

const GET_TOKEN = 'get a new token from `GET /token`';

export const USER_TOKEN_REMEDIES = {
  malformed_token: { kind: 'credential', text: GET_TOKEN },
  unsupported_algorithm: { kind: 'credential', text: GET_TOKEN },
  unknown_key_id: {
    kind: 'credential',
    text: `${GET_TOKEN}; this one was signed by another server or with an earlier key`,
  },
  bad_signature: { kind: 'credential', text: `${GET_TOKEN}, and send it unchanged` },
  expired_token: { kind: 'credential', text: GET_TOKEN },
  not_yet_valid: { kind: 'credential', text: `${GET_TOKEN}; this one is not valid yet on the world's clock` },
  unknown_subject: { kind: 'credential', text: 'log in as a user that exists in this world; it may have been reset' },
  not_a_member: {
    kind: 'credential',
    text: 'send an organisation of the user as `Nv-Ngc-Org`, or omit the header',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
