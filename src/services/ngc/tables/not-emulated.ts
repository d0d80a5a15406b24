import type { NotEmulatedRow, Section } from '../../../contract/sections.ts';

/** Requests that clients send to NGC about organisations and users. */
export const NOT_EMULATED_SECTIONS = [
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
