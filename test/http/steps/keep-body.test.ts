import { describe, expect, it } from 'vitest';
import { keepRefusedBody } from '../../../src/http/steps/refuse.ts';
import { keepBody, parseBody } from '../../../src/http/steps/validate-request.ts';
import { NO_BODY } from '../../../src/journal/entry.ts';
import { type Given, NOW, toyFlight } from './toy-flight.ts';

const received = (text: string | null) => ({ value: undefined, text, fault: null });

describe('a received body', () => {
  it('is kept as it was sent, and a key in it that may be real is reported', () => {
    const flight = toyFlight();
    keepBody(flight, received('{"name": "REAL"}'));

    expect(flight).toMatchObject({
      body: { text: '{"name": "REAL"}' },
      sent: { text: '{"name": "REAL"}', form: 'bytes', size: 16 },
      reported: [['finding', 'foreign_credential', 'in `{"name": "REAL"}`', NOW]],
      isForeign: true,
    });
  });

  it('without such a key does not change what the headers and the URL said', () => {
    for (const isForeign of [true, false]) {
      const flight = toyFlight({ flight: { isForeign } });
      keepBody(flight, received('{"name":"ball"}'));

      expect(flight).toMatchObject({ isForeign, reported: [] });
    }
  });

  it.each([
    ['an operation that reads none', null],
    ['a request that was not read to its end', received(null)],
  ])('of %s is not kept', (_what, body) => {
    const flight = toyFlight();
    keepBody(flight, body);

    expect(flight).toMatchObject({ body, sent: NO_BODY, reported: [] });
  });

  it('that a decision needed is not reported again when its operation takes it', () => {
    const flight = toyFlight();
    const body = received('{"name": "REAL"}');
    keepBody(flight, body);
    parseBody(flight, body);

    expect(flight.reported).toHaveLength(1);
  });

  it('of recorded traffic may have any key', () => {
    const flight = toyFlight({ route: { row: { id: 'row_of_toy', readsTraffic: true } } });
    keepBody(flight, received('REAL-1'));

    expect(flight).toMatchObject({ isForeign: false, reported: [] });
  });
});

describe('the body of a refused request', () => {
  const refused = (given: Given = {}) =>
    toyFlight({
      route: { readsBody: true },
      raw: { method: 'POST', headers: [['Content-Length', '15']], body: '{"name":"REAL"}' },
      ...given,
    });

  it('is kept for the journal, and for nothing else', async () => {
    const flight = refused();
    await keepRefusedBody(flight);

    expect(flight).toMatchObject({ body: null, sent: { text: '{"name":"REAL"}', size: 15, isCut: false } });
    expect(flight.context.body).toBeUndefined();
    expect(flight.reported).toHaveLength(1);
  });

  it('is left alone where the operation reads none', async () => {
    const flight = refused({ route: { readsBody: false } });
    await keepRefusedBody(flight);

    expect(flight).toMatchObject({ sent: NO_BODY, reported: [] });
  });
});
