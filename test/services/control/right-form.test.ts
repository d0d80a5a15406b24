/** Errors of the control API that suggest the right request. */
import { expect, it } from 'vitest';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();

it.each<[request: string, body: unknown, status: number, message: string]>([
  ['POST /_mock/clock/advance', { by: 'next-event' }, 400, "use `advance({to: 'next-event'})`"],
  ['POST /_mock/clock/advance', { by: 3600 }, 400, "a duration with its unit: `'3600s'` or `'3600ms'`"],
  ['POST /_mock/clock/advance', { by: '3600' }, 400, "a duration with its unit: `'3600s'` or `'3600ms'`"],
  ['POST /_mock/worlds', { ttl: 60 }, 400, "a duration with its unit: `'60s'` or `'60ms'`"],
  ['PUT /_mock/propagation', { mode: 'fixed', delay: '15' }, 400, "a duration with its unit: `'15s'` or `'15ms'`"],
  [
    'POST /_mock/worlds',
    { seed: { extends: 'builtin', nvcf: { functions: [{ name: 'x', deployTime: 30 }] } } },
    400,
    "`nvcf.functions[0].deployTime` must be a duration with its unit: `'30s'` or `'30ms'`",
  ],
  [
    'POST /_mock/faults',
    { do: { delay: 500 } },
    400,
    "Field `do.delay` is not valid; expected a duration with its unit: `'500s'` or `'500ms'`, got a number.",
  ],
  ['POST /_mock/faults', { operation: 'get_users', do: { drop: 'before' } }, 400, 'it belongs at `match.operation`'],
  ['POST /_mock/requests/verify', { operation: 'get_users', times: 1 }, 400, 'it belongs at `match.operation`'],
  ['POST /_mock/world', {}, 404, 'Did you mean `POST /_mock/worlds`?'],
  ['GET /_mock/clok', undefined, 404, 'Did you mean `GET /_mock/clock`?'],
  ['GET /_mock/tables/azure', undefined, 404, 'runai'],
])('%s with %j is rejected with a suggestion', async (request, body, status, message) => {
  const answer = await server.call(request, body === undefined ? {} : { body });

  expect(answer.status).toBe(status);
  expect(problemDocument(answer)).toContain(message);
});
