import { describe, expect, it } from 'vitest';
import { validateRequest } from '../../../src/http/steps/validate-request.ts';
import { type Given, NOW, toyRequest } from './toy-request.ts';

const OPERATION = {
  queryNames: ['size', 'tags', 'open', 'share'],
  queryTypes: { tags: 'array', open: 'boolean', share: 'number' } as const,
  bodyNames: [],
  bodyOtherVersions: { colour: ['2.0', '3.0'] },
  findRequestFault: () => null,
};
const asked = (query: Record<string, unknown>, body?: unknown, more: object = {}, given: Given = {}) =>
  toyRequest({ operation: { ...OPERATION, ...more }, ...given, request: { query, body, ...given.request } });

describe('a query parameter that the document does not name', () => {
  it('is ignored, which is worth knowing', () => {
    const request = asked({ size: '1', 'of-nobody': 'x', more: 'y' });
    validateRequest(request);

    expect(request.query).toEqual({ size: '1' });
    const said = (name: string) =>
      `get_toy was called with the query parameter \`${name}\`, which its document does not list. It has no effect.`;
    expect(request.reported).toEqual([
      ['finding', 'undocumented_query', said('of-nobody'), NOW],
      ['finding', 'undocumented_query', said('more'), NOW],
    ]);
  });

  it('is reported with the one that was probably meant, unless that was sent as well', () => {
    const request = asked({ Size: '1', opne: 'true', open: 'true' });
    validateRequest(request);

    expect(request.reported.map(([, , message]) => message)).toEqual([
      expect.stringMatching(/`Size`.*Did you mean `size`\?$/),
      expect.stringMatching(/`opne`.*It has no effect\.$/),
    ]);
  });

  it('is not compared beyond the first twenty', () => {
    const others = Array.from({ length: 20 }, (_, at) => [`x${at}`, '1'] as const);
    const request = asked(Object.fromEntries([...others, ['Size', '1']]));
    validateRequest(request);

    expect(request.query).toEqual({});
    expect(request.reported).toHaveLength(21);
    expect(request.reported.at(-1)).toContainEqual(expect.stringMatching(/`Size`.*It has no effect\.$/));
  });

  it('is kept where the document takes any, and where the switchboard will refuse it', () => {
    const [any, switchboard] = [
      asked({ more: 'y' }, undefined, { queryNames: 'any' }),
      asked({ more: 'y' }, undefined, {}, { service: { isControlApi: true } }),
    ];
    for (const request of [any, switchboard]) {
      validateRequest(request);
      expect(request.query).toEqual({ more: 'y' });
      expect(request.reported).toEqual([]);
    }
  });
});

describe('a list in a query', () => {
  it('is written with commas, or one by one', () => {
    const [together, apart, none] = [asked({ tags: 'a,b' }), asked({ tags: ['a,b', 'c'] }), asked({})];
    for (const request of [together, apart, none]) validateRequest(request);

    expect([together, apart, none].map(({ query }) => query)).toEqual([
      { tags: ['a', 'b'] },
      { tags: ['a,b', 'c'] },
      {},
    ]);
  });
});

describe('a boolean in a query', () => {
  it.each(['true', 'True', 'TRUE', 'false', 'False'])('is written in any case: %s', (open) => {
    const request = asked({ open });
    validateRequest(request);

    expect(request.query).toEqual({ open: open.toLowerCase() });
  });

  it.each(['yes', '1', ''])('is nothing else, as validation says: `%s`', (open) => {
    const request = asked({ open });
    validateRequest(request);

    expect(request.query).toEqual({ open });
  });
});

describe('a field of the body that the document does not name', () => {
  const bodyNames = ['name', 'names', 'expiresAt'];
  const toldOf = (body: unknown, given: Given = {}) => {
    const request = asked({}, body, { bodyNames }, given);
    validateRequest(request);
    expect(request.body).toBe(body);
    return request.reported;
  };

  it('is reported with the one that was probably meant', () => {
    expect(toldOf({ name: 'a', expiersAt: null })).toEqual([
      [
        'finding',
        'undocumented_field',
        'get_toy was called with the field `expiersAt`, which its document does not list. It has no effect. Did you mean `expiresAt`?',
        NOW,
      ],
    ]);
  });

  it.each([
    ['if none is near', { name: 'a', weight: 1 }],
    ['if the near one was sent as well', { expiresAt: null, expiersAt: null }],
    ['in a body that is null', null],
    ['if another known one is near it', { name: 'a', names: 'b' }],
    [
      'beyond the first twenty',
      { ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`x${at}`, 1])), nmae: 1 },
    ],
  ])('is not reported %s', (_when, body) => {
    expect(toldOf(body)).toEqual([]);
  });

  it('is not reported where the switchboard will refuse it', () => {
    expect(toldOf({ nmae: 'a' }, { service: { isControlApi: true } })).toEqual([]);
  });
});

describe('a field of the body that only other versions have', () => {
  it('is ignored, which is worth knowing', () => {
    const request = asked({}, { colour: 'red', size: 1 });
    validateRequest(request);

    expect(request.body).toEqual({ size: 1 });
    expect(request.reported).toEqual([
      [
        'finding',
        'other_version',
        'get_toy was called with the field `colour`, which only 2.0, 3.0 has. It has no effect.',
        NOW,
      ],
    ]);
  });

  it.each([[{ size: 1 }], ['colour'], [null], [undefined], [Object.create({ colour: 'red' })]])(
    'is not there in %j',
    (body) => {
      const request = asked({}, body);
      validateRequest(request);

      expect(request.reported).toEqual([]);
    },
  );
});

describe('a whole number in a query', () => {
  /** A document's validation turns a numeral into a number. */
  const requestFault = ({ query }: { query: Record<string, unknown> }) => {
    query['size'] = Number(query['size']);
    return null;
  };
  const refusalOf = (size: string) => {
    try {
      return validateRequest(asked({ size }, undefined, { findRequestFault: requestFault }));
    } catch (thrown) {
      return thrown;
    }
  };

  it.each(['0', '16', '-3', '-16'])('is written in decimal digits: %s', (size) => {
    expect(refusalOf(size)).toBeUndefined();
  });

  it.each(['0x10', '1e1', '1.5', ' 16', '+16', ''])('is not written otherwise: `%s`', (size) => {
    expect(refusalOf(size)).toMatchObject({
      kind: 'invalid_request',
      message: `Query parameter \`size\` is not valid; expected a whole number in decimal digits, got \`${size}\`.`,
    });
  });

  it('is shown with its first forty characters where it is refused', () => {
    expect(refusalOf(`0x${'1'.repeat(39)}`)).toMatchObject({
      message: expect.stringMatching(/ got `0x1{38}`\.$/),
    });
  });
});

describe('a number in a query', () => {
  const requestFault = ({ query }: { query: Record<string, unknown> }) => {
    query['share'] = Number(query['share']);
    return null;
  };
  const ask = (share: string) => () => validateRequest(asked({ share }, undefined, { findRequestFault: requestFault }));

  it.each(['0', '1.5', '-0.25', '1.0'])('is written in decimal digits: %s', (share) => {
    expect(ask(share)).not.toThrow();
  });

  it.each(['1e1', '.5', '0x10', '1.'])('is not written otherwise: `%s`', (share) => {
    expect(ask(share)).toThrow(`\`share\` is not valid; expected a number in decimal digits, got \`${share}\`.`);
  });
});

describe('a key that no mock issued', () => {
  const foreign = (route: object = {}, body: unknown = undefined) =>
    asked(
      {},
      body,
      {},
      {
        request: { isForeign: true },
        route,
        service: { credentials: { fields: { key: () => ({ kind: 'key' }), client: () => ({ kind: 'client' }) } } },
      },
    );
  const bySelection = { row: { id: 'row_of_toy', selects: 'body' } };

  it('is refused wherever it stands, before anything else is looked at', () => {
    const request = asked({ other: 'x' }, { key: 'REAL' }, {}, { request: { isForeign: true } });

    expect(() => validateRequest(request)).toThrow(
      expect.objectContaining({
        kind: 'invalid_request',
        reason: 'foreign_credential',
        message:
          'The request contains a key that no mock issued, and that may be real. Send a key of this mock instead, and consider revoking the real one.',
      }),
    );
    expect(request.reported).toEqual([]);
  });

  it('is left to the operation that judges the key of its body', () => {
    expect(() => validateRequest(foreign(bySelection, { key: 'REAL' }))).not.toThrow();
  });

  it.each([
    ['that presents none in its body', bySelection, { name: 'REAL' }],
    ['that presents another kind of credential there', bySelection, { client: 'REAL' }],
    ['that takes no credential from its body', {}, { key: 'REAL' }],
  ])('is refused in a request %s', (_what, route, body) => {
    expect(() => validateRequest(foreign(route, body))).toThrow(
      expect.objectContaining({ reason: 'foreign_credential' }),
    );
  });
});

describe('a request', () => {
  const fault = (otherVersions: readonly string[]) => () => ({ sentence: 'Field `size` is wrong.', otherVersions });

  it('is compared with its document as the steps have left it', () => {
    const seen: unknown[] = [];
    const requestFault = (request: unknown) => {
      seen.push(request);
      return null;
    };
    validateRequest(asked({ tags: 'a,b', more: 'y' }, { size: 1, colour: 'red' }, { findRequestFault: requestFault }));

    expect(seen).toEqual([{ path: { toy: 'ball' }, query: { tags: ['a', 'b'] }, body: { size: 1 } }]);
  });

  it('that does not fit is refused in the words of the fault', () => {
    const request = asked({}, {}, { findRequestFault: fault([]) });

    expect(() => validateRequest(request)).toThrow(
      expect.objectContaining({ kind: 'invalid_request', message: 'Field `size` is wrong.' }),
    );
    expect(request.reported).toEqual([]);
  });

  it('that would fit another version is refused, and that is worth knowing', () => {
    const request = asked({}, {}, { findRequestFault: fault(['2.0', '3.0']) });

    expect(() => validateRequest(request)).toThrow('Field `size` is wrong.');
    expect(request.reported).toEqual([
      [
        'finding',
        'other_version',
        'get_toy was refused for a value that only 2.0, 3.0 has: Field `size` is wrong.',
        NOW,
      ],
    ]);
  });

  it('that fits is refused for a text that nobody can store', () => {
    expect(() => validateRequest(asked({ size: '\ud800' }))).toThrow(/^Query parameter `size`/);
    expect(() => validateRequest(asked({}, { size: '\ud800' }))).toThrow(/^Field `size`/);
    expect(() => validateRequest(asked({ size: 'a' }, { size: 'b' }))).not.toThrow();
  });
});
