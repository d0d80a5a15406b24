import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { admit } from '../../../src/http/steps/select-world.ts';
import { toyRequest } from './toy-request.ts';

const TOKEN = ['authorization', 'Bearer REAL'] as const;

describe('a key that may be real', () => {
  it('in the URL is reported and marks the request', () => {
    const request = toyRequest({ raw: { url: '/toys/REAL' } });
    admit(request);

    expect(request.notes.hasRealCredential).toBe(true);
    expect(request.reported).toEqual([
      ['hint', 'foreign_credential', 'in `/toys/REAL`'],
      ['warn', 'in `/toys/REAL`'],
    ]);
  });

  it('in a header is reported and does not mark the request', () => {
    const request = toyRequest({ raw: { headers: [TOKEN] } });
    admit(request);

    expect(request.notes.hasRealCredential).toBe(false);
    expect(request.reported).toEqual([
      ['hint', 'foreign_credential', 'in `Bearer REAL`'],
      ['warn', 'in `Bearer REAL`'],
    ]);
  });

  it('is not reported if there is none', () => {
    const request = toyRequest();
    admit(request);

    expect(request).toMatchObject({ notes: { hasRealCredential: false }, reported: [] });
  });
});

describe('a request that is not admitted', () => {
  it('is rejected with its fault, and its keys are reported', () => {
    const fault = new Problem('no_such_world');
    const request = toyRequest({ raw: { headers: [TOKEN] }, request: { fault } });

    expect(() => admit(request)).toThrow(fault);
    expect(request.reported).toEqual([
      ['hint', 'foreign_credential', 'in `Bearer REAL`'],
      ['warn', 'in `Bearer REAL`'],
    ]);
  });

  it('because it is from another origin is reported without any content of the page', () => {
    const fault = new Problem('foreign_page', 'The page http://evil sent it.');
    const request = toyRequest({ request: { fault } });

    expect(() => admit(request)).toThrow(fault);
    expect(request.reported).toEqual([
      [
        'warn',
        'A request from a web page of another origin was refused. Such requests are in the log, not in the journal.',
      ],
    ]);
  });
});
