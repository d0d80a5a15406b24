import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/core/problem.ts';
import { parseBody } from '../../../src/http/steps/parse-body.ts';
import { limitsOf } from '../../../src/http/transport/limits.ts';
import { type Given, NOW, toyFlight } from './toy-flight.ts';

const JSON_TYPE = ['content-type', 'application/json'] as const;
const OPERATION = {
  body: 'optional',
  bodyForm: 'json',
  bodyTypes: ['application/json'],
  normalizeSpelling: () => 'spelled',
};
const sending = (body: string, given: Given = {}) =>
  toyFlight({
    raw: { method: 'POST', headers: [JSON_TYPE, ['content-length', String(body.length)]], body },
    route: { readsBody: true },
    operation: OPERATION,
    ...given,
  });

describe('a body', () => {
  it('is read as a value, and kept as it was sent', async () => {
    const flight = sending('{"name": "REAL"}');
    await parseBody(flight);

    expect(flight.context.body).toEqual({ name: 'REAL' });
    expect(flight.sent).toEqual({ text: '{"name": "REAL"}', form: 'bytes', size: 16 });
    expect(flight.told).toEqual([['finding', 'foreign_credential', 'in `{"name": "REAL"}`', NOW]]);
    expect(flight.isForeign).toBe(true);
  });

  it('without a key that may be real makes the request no other than it was', async () => {
    for (const isForeign of [true, false]) {
      const flight = sending('{"name":"ball"}', { flight: { isForeign } });
      await parseBody(flight);

      expect(flight).toMatchObject({ isForeign, told: [] });
    }
  });

  it('of recorded traffic may hold any key, and is read up to a limit of its own', async () => {
    const server = { limits: limitsOf({ bodyBytes: 10 }) };
    const reading = (readsTraffic: boolean) =>
      sending('{"name": "REAL"}', { server, route: { readsBody: true, row: { id: 'row_of_toy', readsTraffic } } });
    const [traffic, other] = [reading(true), reading(false)];
    await parseBody(traffic);

    expect(traffic).toMatchObject({ isForeign: false, told: [], context: { body: { name: 'REAL' } } });
    await expect(parseBody(other)).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('is spelled as the document does where the service does not mind', async () => {
    const [minding, other] = [
      sending('{}', { service: { conventions: {} } }),
      sending('{}', { service: { conventions: { caselessEnums: true } } }),
    ];
    await parseBody(minding);
    await parseBody(other);

    expect([minding.context.body, other.context.body]).toEqual([{}, 'spelled']);
  });

  it('has its fields in any case, where the operation says so', async () => {
    const operation = { ...OPERATION, bodyFields: new Map([['name', 'name']]) };
    const [exact, caseless] = [
      sending('{"NAME":1}', { operation }),
      sending('{"NAME":1}', {
        operation,
        route: { readsBody: true, row: { id: 'row_of_toy', fieldNames: 'caseless' } },
      }),
    ];
    await parseBody(exact);
    await parseBody(caseless);

    expect([exact.context.body, caseless.context.body]).toEqual([{ NAME: 1 }, { name: 1 }]);
  });

  it('that was read before is taken from there', async () => {
    const body = { value: { name: 'ball' }, texts: ['{"name": "REAL"}'], fault: null };
    const flight = sending('never read', { flight: { body } });
    await parseBody(flight);

    expect(flight.context.body).toEqual({ name: 'ball' });
    expect(flight.sent).toEqual({ text: '{"name": "REAL"}', form: 'bytes', size: 16 });
    expect(flight.told).toHaveLength(1);
  });

  it('that could not be read before cannot be read now, and was seen', async () => {
    const fault = new Problem('too_large');
    const flight = sending('never read', { flight: { body: { value: undefined, texts: ['REAL-1'], fault } } });

    await expect(parseBody(flight)).rejects.toBe(fault);
    expect(flight.told).toHaveLength(1);
  });
});
