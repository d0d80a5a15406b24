import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { authenticate } from '../../../src/http/steps/decide.ts';
import { admit, paramsOf } from '../../../src/http/steps/select-world.ts';
import { key, ruleOf } from '../../decisions/toy-law.ts';
import { toyRequest } from './toy-request.ts';

describe('admit', () => {
  it('reports possible real credentials in the path and the headers', () => {
    const request = toyRequest({
      raw: {
        url: '/REAL-1',
        headers: [
          ['x-a', 'REAL2'],
          ['REAL-3', 'b'],
          ['c', 'REAL'],
        ],
      },
    });
    admit(request);

    expect(request.reported).toEqual([
      ['hint', 'foreign_credential', 'in `/REAL-1`'],
      ['warn', 'in `/REAL-1`'],
      ['hint', 'foreign_credential', 'in `REAL2`'],
      ['warn', 'in `REAL2`'],
      ['hint', 'foreign_credential', 'in `REAL-3`'],
      ['warn', 'in `REAL-3`'],
    ]);
  });

  it('reports them even if the request is rejected', () => {
    const fault = new Problem('foreign_page');
    const request = toyRequest({ request: { fault }, raw: { url: '/REAL-1' } });

    expect(() => admit(request)).toThrow(fault);
    expect(request.hints.list).toEqual([{ code: 'foreign_credential', text: 'in `/REAL-1`' }]);
  });
});

describe('authenticate', () => {
  const caller = key(['play']);
  const second = key(['look']);
  const createRequest = (rule: ReturnType<typeof ruleOf> | null) =>
    toyRequest({ route: { rule }, service: { callers: { authenticate: async () => caller } } });

  it('returns the caller only if the operation has a rule', async () => {
    expect(await authenticate(createRequest(ruleOf()))).toBe(caller);
    expect(await authenticate(createRequest(null))).toBeNull();
  });

  it('uses an authentication that has already started', async () => {
    const request = createRequest(ruleOf());
    request.notes.authentication = Promise.resolve(second);

    expect(await authenticate(request)).toBe(second);
  });
});

describe('the parameters of a path', () => {
  const { route } = toyRequest({ operation: { uuidParams: ['toy'] } });

  it('contain UUIDs in lower case and other values unchanged', () => {
    expect(paramsOf(route, { box: 'A', toy: 'ABC' })).toEqual({ box: 'A', toy: 'abc' });
    expect(paramsOf(route, { box: 'A' })).toEqual({ box: 'A', toy: '' });
  });
});
