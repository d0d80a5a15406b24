import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/core/problem.ts';
import { parseBody } from '../../../src/http/steps/validate-request.ts';
import { NO_BODY } from '../../../src/journal/entry.ts';
import { type Given, NOW, toyFlight } from './toy-flight.ts';

/** A request whose body was received. */
const sending = (text: string, { flight, ...given }: Given = {}) =>
  toyFlight({
    operation: { normalizeSpelling: () => 'spelled' },
    flight: { body: { value: JSON.parse(text), text, fault: null }, ...flight },
    ...given,
  });

describe('a body', () => {
  it('is taken as it was received, and kept as it was sent', () => {
    const flight = sending('{"name": "REAL"}');
    parseBody(flight);

    expect(flight.context.body).toEqual({ name: 'REAL' });
    expect(flight.sent).toEqual({ text: '{"name": "REAL"}', form: 'bytes', size: 16 });
    expect(flight.reported).toEqual([['finding', 'foreign_credential', 'in `{"name": "REAL"}`', NOW]]);
    expect(flight.isForeign).toBe(true);
  });

  it('that was not received changes nothing', () => {
    const flight = toyFlight();
    parseBody(flight);

    expect(flight).toMatchObject({ isForeign: false, reported: [], sent: NO_BODY });
    expect(flight.context.body).toBeUndefined();
  });

  it('without a key that may be real makes the request no other than it was', () => {
    for (const isForeign of [true, false]) {
      const flight = sending('{"name":"ball"}', { flight: { isForeign } });
      parseBody(flight);

      expect(flight).toMatchObject({ isForeign, reported: [] });
    }
  });

  it('of recorded traffic may hold any key', () => {
    const traffic = sending('{"name": "REAL"}', { route: { row: { id: 'row_of_toy', readsTraffic: true } } });
    parseBody(traffic);

    expect(traffic).toMatchObject({ isForeign: false, reported: [], context: { body: { name: 'REAL' } } });
  });

  it('is spelled as the document does where the service does not mind', () => {
    const [minding, other] = [
      sending('{}', { service: { conventions: {} } }),
      sending('{}', { service: { conventions: { caselessEnums: true } } }),
    ];
    parseBody(minding);
    parseBody(other);

    expect([minding.context.body, other.context.body]).toEqual([{}, 'spelled']);
  });

  it('that could not be read is refused for that reason, and was seen', () => {
    const fault = new Problem('too_large');
    const flight = toyFlight({ flight: { body: { value: undefined, text: 'REAL-1', fault } } });

    expect(() => parseBody(flight)).toThrow(fault);
    expect(flight.reported).toHaveLength(1);
    expect(flight.sent).toEqual({ text: 'REAL-1', form: 'bytes', size: 6 });
  });

  it('that was not read to its end is refused, and not kept', () => {
    const fault = new Problem('too_large');
    const flight = toyFlight({ flight: { body: { value: undefined, text: null, fault } } });

    expect(() => parseBody(flight)).toThrow(fault);
    expect(flight).toMatchObject({ sent: NO_BODY, reported: [] });
  });
});
