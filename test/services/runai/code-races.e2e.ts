/** A code that several redeem at once, on PostgreSQL. */
import { expect } from 'vitest';
import { winnersOfCodes } from '../../support/code-races.ts';
import { describePostgres, it } from '../../support/postgres.ts';
import { testServer } from '../../support/server.ts';

describePostgres('a code that several redeem at once', () => {
  it('has exactly one winner', async ({ schema }) => {
    const server = await testServer({ data: schema.url });

    expect(await winnersOfCodes(server, 25)).toEqual(Array.from({ length: 25 }, () => 1));
  }, 120_000);
});
