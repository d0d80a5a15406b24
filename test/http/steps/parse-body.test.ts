import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { parseBody } from '../../../src/http/steps/validate-request.ts';
import { NO_BODY } from '../../../src/journal/entry.ts';
import { type ToyRequestParts, toyRequest } from './toy-request.ts';

/** A request whose body was received. */
const createRequest = (text: string, parts: ToyRequestParts = {}) =>
  toyRequest({
    operation: { normalizeSpelling: () => 'spelled' },
    notes: { received: { value: JSON.parse(text), text, fault: null } },
    ...parts,
  });

describe('a body', () => {
  it('is set as it was received', () => {
    const request = createRequest('{"name": "ball"}');
    parseBody(request, request.notes.received);

    expect(request.body).toEqual({ name: 'ball' });
  });

  it('is kept for the journal if it was not kept before', () => {
    const request = toyRequest();
    const received = { value: {}, text: '{}', fault: null };
    parseBody(request, received);

    expect(request).toMatchObject({ notes: { received, sent: { text: '{}', size: 2 } } });
  });

  it('is kept once', () => {
    const request = createRequest('{}');
    parseBody(request, request.notes.received);

    expect(request.notes.sent).toBe(NO_BODY);
  });

  it('that was not received leaves the request unchanged', () => {
    const request = toyRequest();
    parseBody(request, request.notes.received);

    expect(request.body).toBeUndefined();
  });

  it('gets the enum spelling of its document if the service ignores case', () => {
    const [caseSensitive, caseless] = [
      createRequest('{}', { service: { conventions: {} } }),
      createRequest('{}', { service: { conventions: { caselessEnums: true } } }),
    ];
    parseBody(caseSensitive, caseSensitive.notes.received);
    parseBody(caseless, caseless.notes.received);

    expect([caseSensitive.body, caseless.body]).toEqual([{}, 'spelled']);
  });

  it('that could not be received is rejected with the same problem', () => {
    const fault = new Problem('too_large');

    expect(() => parseBody(toyRequest(), { value: undefined, text: null, fault })).toThrow(fault);
  });
});
