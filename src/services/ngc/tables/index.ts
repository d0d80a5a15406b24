import { layOut, type NotEmulatedRow, type Section } from '../../../contract/sections.ts';
import type { Tables } from '../../../decisions/rule.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { PERMISSION_SECTIONS, ROLE_SECTIONS } from './roles.ts';
import { REMEDIES, RULE_SECTIONS } from './rules.ts';

/** Requests that clients send to NGC about organisations and users. */
const NOT_EMULATED_SECTIONS = [
  {
    source: 'observed in published clients',
    certainty: 'observed',
    methods: ['GET'],
    rows: ['/v2/orgs'],
  },
  {
    source: 'observed in published clients',
    certainty: 'observed',
    methods: ['POST'],
    rows: ['/v2/users/me/api-key', '/v3/keys/get-sak-info'],
  },
] as const satisfies readonly Section<NotEmulatedRow, 'path'>[];

export const NOT_EMULATED = layOut('path', NOT_EMULATED_SECTIONS);

export const TABLES = {
  term: 'permission',
  permissions: layOut('id', PERMISSION_SECTIONS),
  roles: layOut('name', ROLE_SECTIONS),
  rules: layOut('id', RULE_SECTIONS),
  operations: layOut('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
  more: { notEmulated: NOT_EMULATED },
} as const satisfies Tables;
