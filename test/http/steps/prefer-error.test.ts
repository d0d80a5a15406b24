import { describe, expect, it } from 'vitest';
import { injectPreferredError, waitsForPreference } from '../../../src/http/steps/prefer-error.ts';
import { type ToyRequestParts, toyRequest } from './toy-request.ts';

/** A request that prefers 503, in a world that allows preferences. */
function createRequest(prefer: string | undefined, { route, ...parts }: ToyRequestParts = {}) {
  const request = toyRequest({
    world: { prefer: true, faults: { shadow: async () => {} } },
    route: { readsBody: true, document: { ready: async () => {} }, ...route },
    ...parts,
  });
  if (prefer !== undefined) request.raw.headers['prefer'] = prefer;
  return request;
}

describe('the body of a request is received first', () => {
  it('only if it prefers an error, and its world allows that', () => {
    expect(waitsForPreference(createRequest('code=503'))).toBe(true);
    expect(waitsForPreference(createRequest(undefined))).toBe(false);
    expect(waitsForPreference(createRequest('return=minimal'))).toBe(false);
    expect(waitsForPreference(createRequest('code=503', { world: { prefer: false } }))).toBe(false);
    expect(waitsForPreference(createRequest('code=503', { route: { readsBody: false } }))).toBe(false);
    expect(waitsForPreference(createRequest('code=503', { service: { isControlApi: true } }))).toBe(false);
  });
});

describe('an error that the document does not list is refused', () => {
  it.each([
    [[200], 'lists no errors for get_toy.'],
    [[200, 400, 404], 'lists only 400, 404 for get_toy.'],
  ])('with the errors that it lists: %j', async (statuses, message) => {
    const request = createRequest('code=503', { operation: { vendorStatuses: () => statuses } });

    await expect(injectPreferredError(request)).rejects.toMatchObject({
      kind: 'invalid_request',
      message: expect.stringContaining(message),
    });
  });
});
