import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/core/problem.ts';
import { admit } from '../../../src/http/steps/select-world.ts';
import { NOW, toyFlight } from './toy-flight.ts';

const TOKEN = ['authorization', 'Bearer REAL'] as const;

describe('a key that may be real', () => {
  it('in the address of a request is reported, and marks the request', () => {
    const flight = toyFlight({ raw: { url: '/toys/REAL' } });
    admit(flight);

    expect(flight.isForeign).toBe(true);
    expect(flight.reported).toEqual([['finding', 'foreign_credential', 'in `/toys/REAL`', NOW]]);
  });

  it('in a header is reported, and left to what reads the header', () => {
    const flight = toyFlight({ raw: { headers: [TOKEN] } });
    admit(flight);

    expect(flight.isForeign).toBe(false);
    expect(flight.reported).toEqual([['finding', 'foreign_credential', 'in `Bearer REAL`', NOW]]);
  });

  it('in no place is nothing to report', () => {
    const flight = toyFlight();
    admit(flight);

    expect(flight).toMatchObject({ isForeign: false, reported: [] });
  });
});

describe('a request that may not enter', () => {
  it('is refused with its fault, and its keys are reported all the same', () => {
    const fault = new Problem('no_such_world');
    const flight = toyFlight({ raw: { headers: [TOKEN] }, flight: { fault } });

    expect(() => admit(flight)).toThrow(fault);
    expect(flight.reported).toEqual([['finding', 'foreign_credential', 'in `Bearer REAL`', NOW]]);
  });

  it('because a web page sent it is worth knowing, without a word of the page', () => {
    const fault = new Problem('foreign_page', 'The page http://evil sent it.');
    const flight = toyFlight({ flight: { fault } });

    expect(() => admit(flight)).toThrow(fault);
    expect(flight.reported).toEqual([
      [
        'finding',
        'foreign_page',
        'A request from a web page of another origin was refused. Such requests are in the log, not in the journal.',
        NOW,
      ],
    ]);
  });
});
