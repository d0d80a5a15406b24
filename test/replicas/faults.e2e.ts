/** A fault strikes as often as it may, whichever replica is asked. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { researcher } from '../support/cast.ts';
import type { Received } from '../support/keep-alive.ts';
import { describePostgres } from '../support/postgres.ts';
import { inParallel, it, type Replica } from '../support/replicas.ts';

const ROUNDS = 1000;
/** How many rounds go on at the same time, each with a fault and a path of its own. */
const AT_ONCE = 10;

describePostgres('a fault that strikes once', () => {
  it(`does so when both replicas are asked at the same time, ${ROUNDS} times of ${ROUNDS}`, async ({ replicas }) => {
    const { a, b, both } = replicas;
    const token = await a.tokenOf(researcher.accessKey);
    const wrong: string[] = [];

    /** Adds a fault for one path, asks both for it, and again once they have answered. */
    const round = async (number: number) => {
      const path = `/api/v1/access-keys/${randomUUID()}`;
      const at = both[number % 2] as Replica;
      const order = { match: { path }, times: 1, do: { status: 503, offDocument: true } };
      const added = await at.call('POST /_mock/faults', { body: order });
      expect(added.status, JSON.stringify(added.body)).toBe(201);
      const ask = (which: Replica) => which.call(`GET ${path}`, { token });
      const answers = await Promise.all([a, b, b, a].map(ask));
      answers.push(await ask(b), await ask(a));
      const struck = answers.filter(({ headers }) => headers['x-mock-fault'] === added.body.id);
      if (struck.length !== 1 || struck[0]?.status !== 503) wrong.push(`${number}: ${said(answers)}`);
      const { body } = await b.call(`GET /_mock/faults/${added.body.id}`);
      if (body.fired !== 1) wrong.push(`${number}: fired ${body.fired}`);
      expect((await a.call(`DELETE /_mock/faults/${added.body.id}`)).status).toBe(204);
    };

    await inParallel(ROUNDS, AT_ONCE, round);
    expect(wrong).toEqual([]);
  });
});

function said(answers: readonly Received[]): string {
  return answers.map(({ status, headers }) => `${status} ${headers['x-mock-fault'] ?? 'not struck'}`).join(', ');
}
