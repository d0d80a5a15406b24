import { describe, expect, it } from 'vitest';
import { keepRefusedBody } from '../../../src/http/steps/refuse.ts';
import { keepBody, parseBody } from '../../../src/http/steps/validate-request.ts';
import { NO_BODY } from '../../../src/journal/entry.ts';
import { type ToyRequestParts, toyRequest } from './toy-request.ts';

const createReceived = (text: string | null) => ({ value: undefined, text, fault: null });

describe('a received body', () => {
  it('is kept as it was sent, and a key in it that may be real is reported', () => {
    const request = toyRequest();
    keepBody(request, createReceived('{"name": "REAL"}'));

    expect(request).toMatchObject({
      notes: {
        received: { text: '{"name": "REAL"}' },
        sent: { text: '{"name": "REAL"}', form: 'bytes', size: 16 },
        hasRealCredential: true,
      },
      reported: [
        ['hint', 'foreign_credential', 'in `{"name": "REAL"}`'],
        ['warn', 'in `{"name": "REAL"}`'],
      ],
    });
  });

  it('without such a key does not change the mark of the URL and the headers', () => {
    for (const hasRealCredential of [true, false]) {
      const request = toyRequest({ notes: { hasRealCredential } });
      keepBody(request, createReceived('{"name":"ball"}'));

      expect(request).toMatchObject({ notes: { hasRealCredential }, reported: [] });
    }
  });

  it.each([
    ['an operation without a body', null],
    ['a request that was not read to its end', createReceived(null)],
  ])('of %s is not kept', (_what, body) => {
    const request = toyRequest();
    keepBody(request, body);

    expect(request).toMatchObject({ notes: { received: body, sent: NO_BODY }, reported: [] });
  });

  it('is reported once if it was kept before it is parsed', () => {
    const request = toyRequest();
    const body = createReceived('{"name": "REAL"}');
    keepBody(request, body);
    parseBody(request, body);

    expect(request.hints.list).toHaveLength(1);
  });

  it('of recorded traffic may contain any key', () => {
    const request = toyRequest({ route: { row: { id: 'row_of_toy', readsTraffic: true } } });
    keepBody(request, createReceived('REAL-1'));

    expect(request).toMatchObject({ notes: { hasRealCredential: false }, reported: [] });
  });
});

describe('the body of a rejected request', () => {
  const createRejected = (parts: ToyRequestParts = {}) =>
    toyRequest({
      route: { readsBody: true },
      raw: { method: 'POST', headers: [['Content-Length', '15']], body: '{"name":"REAL"}' },
      ...parts,
    });

  it('is kept only for the journal', async () => {
    const request = createRejected();
    await keepRefusedBody(request);

    expect(request).toMatchObject({
      notes: { received: null, sent: { text: '{"name":"REAL"}', size: 15, isCut: false } },
    });
    expect(request.body).toBeUndefined();
    expect(request.hints.list).toHaveLength(1);
  });

  it('is not read if the operation has no body', async () => {
    const request = createRejected({ route: { readsBody: false } });
    await keepRefusedBody(request);

    expect(request).toMatchObject({ notes: { sent: NO_BODY }, reported: [] });
  });
});
