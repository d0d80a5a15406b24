/** Concurrent redemptions of a code, on PostgreSQL. */
import { expect } from 'vitest';
import { raceCodes } from '../../support/code-races.ts';
import { describePostgres, it } from '../../support/postgres.ts';
import { testServer } from '../../support/server.ts';

describePostgres('a code that concurrent requests redeem', () => {
  it('is accepted exactly once', async ({ schema }) => {
    const server = await testServer({ data: schema.url });

    expect(await raceCodes(server, 25)).toEqual(Array.from({ length: 25 }, () => 1));
  });
});
