import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { parseBody } from '../../../src/http/steps/validate-request.ts';
import { type Given, toyRequest } from './toy-request.ts';

/** A request whose body was received. */
const sending = (text: string, { request, ...given }: Given = {}) =>
  toyRequest({
    operation: { normalizeSpelling: () => 'spelled' },
    request: { received: { value: JSON.parse(text), text, fault: null }, ...request },
    ...given,
  });

describe('a body', () => {
  it('is taken as it was received', () => {
    const request = sending('{"name": "ball"}');
    parseBody(request, request.received);

    expect(request.body).toEqual({ name: 'ball' });
  });

  it('that was not received changes nothing', () => {
    const request = toyRequest();
    parseBody(request, request.received);

    expect(request.body).toBeUndefined();
  });

  it('is spelled as the document does where the service does not mind', () => {
    const [minding, other] = [
      sending('{}', { service: { conventions: {} } }),
      sending('{}', { service: { conventions: { caselessEnums: true } } }),
    ];
    parseBody(minding, minding.received);
    parseBody(other, other.received);

    expect([minding.body, other.body]).toEqual([{}, 'spelled']);
  });

  it('that could not be read is refused for that reason', () => {
    const fault = new Problem('too_large');

    expect(() => parseBody(toyRequest(), { value: undefined, text: null, fault })).toThrow(fault);
  });
});
