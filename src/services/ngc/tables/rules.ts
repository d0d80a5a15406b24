import type { RowIn, Section } from '../../../contract/sections.ts';
import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow, Rule } from '../../../decisions/rule.ts';
import { KEY_REMEDIES, USER_TOKEN_REMEDIES } from '../../ngc-keys/remedies.ts';
import type { Permission } from './roles.ts';

export const RULE_SECTIONS = [
  {
    needs: { all: ['keys:manage'] },
    source: 'paths observed in clients; who may use them is inferred',
    certainty: 'inferred',
    rows: { 'service-keys': { label: 'Service keys: create' } },
  },
  {
    needs: { all: ['keys:own'] },
    source: 'users generate their personal keys; that they also list, edit and delete them is inferred',
    certainty: 'inferred',
    rows: {
      keys: { label: 'Keys: list; personal keys: create' },
      key: { label: 'Keys: get, edit, rotate, delete', cover: { lookup: 'keyOfCaller', param: 'keyId' } },
    },
  },
  {
    needs: { all: ['user:read'] },
    source: 'observed in published clients with a user token; that service keys are refused is inferred',
    certainty: 'inferred',
    rows: { user: { label: 'User: get' } },
  },
] as const satisfies readonly Section<Rule<Permission>, 'id'>[];

export type RuleId = RowIn<'id', (typeof RULE_SECTIONS)[number]>['id'];

const SEND_CREDENTIAL = {
  kind: 'authenticate',
  text: 'send one header `Authorization: Bearer` with a key or a user token; at `/token`, `Bearer` with a session key and `X-Device-Id`, or `ApiKey` with a personal key',
} as const;
const LOG_IN_AGAIN = 'start a new login with `POST /device/login`';

/** Remedies for refusals that changing the key cannot fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  ...USER_TOKEN_REMEDIES,
  no_token: SEND_CREDENTIAL,
  wrong_scheme: SEND_CREDENTIAL,
  multiple_authorization: SEND_CREDENTIAL,
  key_as_session: { kind: 'credential', text: 'send `Authorization: ApiKey nvapi-...`' },
  key_without_user: { kind: 'identity', text: 'use a personal key; see `GET /_mock/cast`' },
  unknown_session: { kind: 'credential', text: LOG_IN_AGAIN },
  expired_session: { kind: 'credential', text: `${LOG_IN_AGAIN}, and confirm it within 15 minutes` },
  other_device: { kind: 'credential', text: 'send the `deviceId` of the login as the header `X-Device-Id`' },
  unconfirmed_login: {
    kind: 'credential',
    text: 'open the `loginUrl` and choose a user, or call `POST /_mock/device-logins/{deviceId}/confirm`',
  },
  missing_permission: {
    kind: 'identity',
    text: 'use a personal key or a user token: service keys have no user; to manage service keys or keys of others, use a key or token of an organisation owner; see `GET /_mock/cast`',
  },
  foreign_object: {
    kind: 'identity',
    text: 'use a personal key of the user that the key belongs to, or of an owner of that organisation',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
