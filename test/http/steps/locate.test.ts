import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { authenticate } from '../../../src/http/steps/decide.ts';
import { admit, paramsOf } from '../../../src/http/steps/select-world.ts';
import { key, ruleOf } from '../../decisions/toy-law.ts';
import { NOW, toyRequest } from './toy-request.ts';

describe('a request comes in', () => {
  it('and what may be a real credential in its path or its headers is known', () => {
    const request = toyRequest({
      raw: {
        url: '/REAL-1',
        headers: [
          ['x-a', 'REAL-2'],
          ['REAL-3', 'b'],
          ['c', 'REAL'],
        ],
      },
    });
    admit(request);

    expect(request.reported).toEqual([
      ['finding', 'foreign_credential', 'in `/REAL-1`', NOW],
      ['finding', 'foreign_credential', 'in `REAL-2`', NOW],
      ['finding', 'foreign_credential', 'in `REAL-3`', NOW],
    ]);
  });

  it('or not, and that is known all the same', () => {
    const fault = new Problem('foreign_page');
    const request = toyRequest({ request: { fault }, raw: { url: '/REAL-1' } });

    expect(() => admit(request)).toThrow(fault);
    expect(request.reported.map(([, kind]) => kind)).toEqual(['foreign_credential', 'foreign_page']);
  });
});

describe('who is asking', () => {
  const caller = key(['play']);
  const other = key(['look']);
  const asked = (rule: ReturnType<typeof ruleOf> | null) =>
    toyRequest({ route: { rule }, service: { callers: { authenticate: async () => caller } } });

  it('is found where a rule needs it, and nowhere else', async () => {
    const [ruled, open] = [asked(ruleOf()), asked(null)];
    await authenticate(ruled);
    await authenticate(open);

    expect([ruled.caller, open.caller]).toEqual([caller, null]);
  });

  it('is not found out twice', async () => {
    const request = Object.assign(asked(ruleOf()), { authentication: Promise.resolve(other) });
    await authenticate(request);

    expect(request.caller).toBe(other);
  });
});

describe('the object that a path names', () => {
  const { route } = toyRequest({ operation: { uuidParams: ['toy'] } });

  it('is found by its UUID in any case, and by other names as they are', () => {
    expect(paramsOf(route, { box: 'A', toy: 'ABC' })).toEqual({ box: 'A', toy: 'abc' });
    expect(paramsOf(route, { box: 'A' })).toEqual({ box: 'A', toy: '' });
  });
});
