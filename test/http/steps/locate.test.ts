import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/core/problem.ts';
import { authenticate } from '../../../src/http/steps/decide.ts';
import { admit, paramsOf } from '../../../src/http/steps/select-world.ts';
import { key, ruleOf } from '../../core/toy-law.ts';
import { NOW, toyFlight } from './toy-flight.ts';

describe('a request comes in', () => {
  it('and what may be a real credential in its path or its headers is known', () => {
    const flight = toyFlight({
      raw: {
        url: '/REAL-1',
        headers: [
          ['x-a', 'REAL-2'],
          ['REAL-3', 'b'],
          ['c', 'REAL'],
        ],
      },
    });
    admit(flight);

    expect(flight.reported).toEqual([
      ['finding', 'foreign_credential', 'in `/REAL-1`', NOW],
      ['finding', 'foreign_credential', 'in `REAL-2`', NOW],
      ['finding', 'foreign_credential', 'in `REAL-3`', NOW],
    ]);
  });

  it('or not, and that is known all the same', () => {
    const fault = new Problem('foreign_page');
    const flight = toyFlight({ flight: { fault }, raw: { url: '/REAL-1' } });

    expect(() => admit(flight)).toThrow(fault);
    expect(flight.reported.map(([, kind]) => kind)).toEqual(['foreign_credential', 'foreign_page']);
  });

  it('without a path, too', () => {
    const looked: string[] = [];
    const warn = (text: string) => {
      looked.push(text);
      return [];
    };
    const flight = toyFlight({ server: { tripwire: { shortest: 1, warn } } });
    delete flight.raw.url;
    admit(flight);

    expect(looked).toEqual([]);
  });
});

describe('who is asking', () => {
  const caller = key(['play']);
  const other = key(['look']);
  const asked = (rule: ReturnType<typeof ruleOf> | null) =>
    toyFlight({ route: { rule }, service: { authenticate: async () => caller } });

  it('is found where a rule needs it, and nowhere else', async () => {
    const [ruled, open] = [asked(ruleOf()), asked(null)];
    await authenticate(ruled);
    await authenticate(open);

    expect([ruled.context.caller, open.context.caller]).toEqual([caller, null]);
  });

  it('is not found out twice', async () => {
    const flight = Object.assign(asked(ruleOf()), { authentication: Promise.resolve(other) });
    await authenticate(flight);

    expect(flight.context.caller).toBe(other);
  });
});

describe('the object that a path names', () => {
  const { route } = toyFlight({ operation: { uuidParams: ['toy'] } });

  it('is found by its UUID in any case, and by other names as they are', () => {
    expect(paramsOf(route, { box: 'A', toy: 'ABC' })).toEqual({ box: 'A', toy: 'abc' });
    expect(paramsOf(route, { box: 'A' })).toEqual({ box: 'A', toy: '' });
  });
});
