import { describe, expect, it } from 'vitest';
import { keepRefusedBody } from '../../../src/http/steps/refuse.ts';
import { keepBody, parseBody } from '../../../src/http/steps/validate-request.ts';
import { NO_BODY } from '../../../src/journal/entry.ts';
import { type Given, NOW, toyRequest } from './toy-request.ts';

const received = (text: string | null) => ({ value: undefined, text, fault: null });

describe('a received body', () => {
  it('is kept as it was sent, and a key in it that may be real is reported', () => {
    const request = toyRequest();
    keepBody(request, received('{"name": "REAL"}'));

    expect(request).toMatchObject({
      received: { text: '{"name": "REAL"}' },
      sent: { text: '{"name": "REAL"}', form: 'bytes', size: 16 },
      reported: [['finding', 'foreign_credential', 'in `{"name": "REAL"}`', NOW]],
      isForeign: true,
    });
  });

  it('without such a key does not change what the headers and the URL said', () => {
    for (const isForeign of [true, false]) {
      const request = toyRequest({ request: { isForeign } });
      keepBody(request, received('{"name":"ball"}'));

      expect(request).toMatchObject({ isForeign, reported: [] });
    }
  });

  it.each([
    ['an operation that reads none', null],
    ['a request that was not read to its end', received(null)],
  ])('of %s is not kept', (_what, body) => {
    const request = toyRequest();
    keepBody(request, body);

    expect(request).toMatchObject({ received: body, sent: NO_BODY, reported: [] });
  });

  it('that a decision needed is not reported again when its operation takes it', () => {
    const request = toyRequest();
    const body = received('{"name": "REAL"}');
    keepBody(request, body);
    parseBody(request, body);

    expect(request.reported).toHaveLength(1);
  });

  it('of recorded traffic may have any key', () => {
    const request = toyRequest({ route: { row: { id: 'row_of_toy', readsTraffic: true } } });
    keepBody(request, received('REAL-1'));

    expect(request).toMatchObject({ isForeign: false, reported: [] });
  });
});

describe('the body of a refused request', () => {
  const refused = (given: Given = {}) =>
    toyRequest({
      route: { readsBody: true },
      raw: { method: 'POST', headers: [['Content-Length', '15']], body: '{"name":"REAL"}' },
      ...given,
    });

  it('is kept for the journal, and for nothing else', async () => {
    const request = refused();
    await keepRefusedBody(request);

    expect(request).toMatchObject({ received: null, sent: { text: '{"name":"REAL"}', size: 15, isCut: false } });
    expect(request.body).toBeUndefined();
    expect(request.reported).toHaveLength(1);
  });

  it('is left alone where the operation reads none', async () => {
    const request = refused({ route: { readsBody: false } });
    await keepRefusedBody(request);

    expect(request).toMatchObject({ sent: NO_BODY, reported: [] });
  });
});
