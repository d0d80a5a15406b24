import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/core/problem.ts';
import { parseBody } from '../../../src/http/steps/validate-request.ts';
import { type Given, toyFlight } from './toy-flight.ts';

/** A request whose body was received. */
const sending = (text: string, { flight, ...given }: Given = {}) =>
  toyFlight({
    operation: { normalizeSpelling: () => 'spelled' },
    flight: { body: { value: JSON.parse(text), text, fault: null }, ...flight },
    ...given,
  });

describe('a body', () => {
  it('is taken as it was received', () => {
    const flight = sending('{"name": "ball"}');
    parseBody(flight, flight.body);

    expect(flight.context.body).toEqual({ name: 'ball' });
  });

  it('that was not received changes nothing', () => {
    const flight = toyFlight();
    parseBody(flight, flight.body);

    expect(flight.context.body).toBeUndefined();
  });

  it('is spelled as the document does where the service does not mind', () => {
    const [minding, other] = [
      sending('{}', { service: { conventions: {} } }),
      sending('{}', { service: { conventions: { caselessEnums: true } } }),
    ];
    parseBody(minding, minding.body);
    parseBody(other, other.body);

    expect([minding.context.body, other.context.body]).toEqual([{}, 'spelled']);
  });

  it('that could not be read is refused for that reason', () => {
    const fault = new Problem('too_large');

    expect(() => parseBody(toyFlight(), { value: undefined, text: null, fault })).toThrow(fault);
  });
});
