/** The rows that maintainers create from the report of a comparison. */
import { describe, expect, it } from 'vitest';
import { observationsOf, reportIn } from '../../observations.mjs';

const STATUS = { operation: 'get_users', kind: 'behaviour', class: 'status' } as const;
const NAME = { operation: 'get_user_by_id', kind: 'data', class: 'value' } as const;
const EMPTY = { operation: 'get_applications', place: 'body', reason: 'the list is empty in the real service' };
const REPORT = {
  against: 'acme.run.ai',
  date: '2026-01-15',
  operations: { get_users: 3, get_user_by_id: 1, get_applications: 3 },
  notCompared: [{ ...EMPTY, request: 'GET /api/v1/apps' }],
  differences: [
    { ...STATUS, request: 'GET /api/v1/users', place: 'status', real: '206', mock: '200' },
    { ...NAME, request: 'GET /api/v1/users/1', place: 'body.name', real: 'Ann', mock: 'Bob' },
  ],
};

describe('the rows of a report', () => {
  it('are observed if everything was compared and only data differs, and contain the reasons otherwise', () => {
    expect(observationsOf(REPORT)).toEqual([
      {
        id: 'get_users',
        certainty: null,
        source: 'compared with acme.run.ai on 2026-01-15, 3 requests',
        differences: ['GET /api/v1/users, status: 206 there, 200 here (status)'],
      },
      { id: 'get_user_by_id', certainty: 'observed', source: 'compared with acme.run.ai on 2026-01-15, 1 request' },
      {
        id: 'get_applications',
        certainty: null,
        source: 'compared with acme.run.ai on 2026-01-15, 3 requests',
        notCompared: ['GET /api/v1/apps, body: the list is empty in the real service'],
      },
    ]);
  });

  it.for(['# runai', '{"operations":{}}', 'null', '[]'])('are not read from %s', (text) => {
    expect(reportIn(text)).toBeNull();
  });
});
