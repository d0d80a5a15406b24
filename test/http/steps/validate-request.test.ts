import { describe, expect, it } from 'vitest';
import { parseBody, validateRequest } from '../../../src/http/steps/validate-request.ts';
import { type ToyRequestParts, toyRequest } from './toy-request.ts';

const OPERATION = {
  queryNames: ['size', 'tags', 'open', 'share'],
  queryTypes: { tags: 'array', open: 'boolean', share: 'number' } as const,
  bodyNames: [],
  bodyOtherVersions: { colour: ['2.0', '3.0'] },
  findRequestViolation: () => null,
};
const createRequest = (
  query: Record<string, unknown>,
  body?: unknown,
  more: object = {},
  parts: ToyRequestParts = {},
) =>
  toyRequest({ operation: { ...OPERATION, ...more }, ...parts, request: { query }, notes: { body, ...parts.notes } });

describe('the body of a request', () => {
  const read = (text: string, service: object = {}) => {
    const request = createRequest({}, undefined, { normalizeSpelling: () => 'spelt' }, { service });
    parseBody(request, { value: 'sent', text: Buffer.from(text).toString('latin1'), fault: null });
    return request;
  };

  it('is in the spelling of the document where services ignore case', () => {
    expect(read('').body).toBe('sent');
    expect(read('', { conventions: {} }).body).toBe('sent');
    expect(read('', { conventions: { caselessEnums: true } }).body).toBe('spelt');
  });

  it('is kept byte by byte', () => {
    expect(read('é').notes.sent.bytes).toEqual(Buffer.from('é'));
  });
});

describe('an undocumented query parameter', () => {
  it('is ignored and reported', () => {
    const request = createRequest({ size: '1', 'of-nobody': 'x', more: 'y' });
    validateRequest(request);

    expect(request.query).toEqual({ size: '1' });
    const createMessage = (name: string) =>
      `get_toy was called with the query parameter \`${name}\`, which its document does not list. It has no effect.`;
    expect(request.reported).toEqual([
      ['hint', 'undocumented_query', createMessage('of-nobody')],
      ['hint', 'undocumented_query', createMessage('more')],
    ]);
  });

  it('is reported with a suggestion, unless the suggested parameter was sent as well', () => {
    const request = createRequest({ Size: '1', opne: 'true', open: 'true' });
    validateRequest(request);

    expect(request.reported.map(([, , message]) => message)).toEqual([
      expect.stringMatching(/`Size`.*Did you mean `size`\?$/),
      expect.stringMatching(/`opne`.*It has no effect\.$/),
    ]);
  });

  it('gets no suggestion after the first twenty', () => {
    const others = Array.from({ length: 20 }, (_, at) => [`x${at}`, '1'] as const);
    const request = createRequest(Object.fromEntries([...others, ['Size', '1']]));
    validateRequest(request);

    expect(request.query).toEqual({});
    expect(request.reported).toHaveLength(21);
    expect(request.reported.at(-1)).toContainEqual(expect.stringMatching(/`Size`.*It has no effect\.$/));
  });

  it('is kept if the document accepts any, and for the control API', () => {
    const [any, control] = [
      createRequest({ more: 'y' }, undefined, { queryNames: 'any' }),
      createRequest({ more: 'y' }, undefined, {}, { service: { isControlApi: true } }),
    ];
    for (const request of [any, control]) {
      validateRequest(request);
      expect(request.query).toEqual({ more: 'y' });
      expect(request.reported).toEqual([]);
    }
  });
});

describe('a list in a query', () => {
  it('may be separated by commas or sent as several parameters', () => {
    const [together, apart, none] = [
      createRequest({ tags: 'a,b' }),
      createRequest({ tags: ['a,b', 'c'] }),
      createRequest({}),
    ];
    for (const request of [together, apart, none]) validateRequest(request);

    expect([together, apart, none].map(({ query }) => query)).toEqual([
      { tags: ['a', 'b'] },
      { tags: ['a,b', 'c'] },
      {},
    ]);
  });
});

describe('a boolean in a query', () => {
  it.each(['true', 'True', 'TRUE', 'false', 'False'])('may be written in any case: %s', (open) => {
    const request = createRequest({ open });
    validateRequest(request);

    expect(request.query).toEqual({ open: open.toLowerCase() });
  });

  it.each(['yes', '1', ''])('is left unchanged if it is invalid: `%s`', (open) => {
    const request = createRequest({ open });
    validateRequest(request);

    expect(request.query).toEqual({ open });
  });
});

describe('an undocumented field of the body', () => {
  const bodyNames = ['name', 'names', 'expiresAt'];
  const readReports = (body: unknown, parts: ToyRequestParts = {}) => {
    const request = createRequest({}, body, { bodyNames }, parts);
    validateRequest(request);
    expect(request.body).toBe(body);
    return request.reported;
  };

  it('is reported with a suggestion', () => {
    expect(readReports({ name: 'a', expiersAt: null })).toEqual([
      [
        'hint',
        'undocumented_field',
        'get_toy was called with the field `expiersAt`, which its document does not list. It has no effect. Did you mean `expiresAt`?',
      ],
    ]);
  });

  it.each([
    ['without a similar documented name', { name: 'a', weight: 1 }],
    ['if the similar name was sent as well', { expiresAt: null, expiersAt: null }],
    ['in a body that is null', null],
    ['if it is documented and similar to another name', { name: 'a', names: 'b' }],
    [
      'after the first twenty',
      { ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`x${at}`, 1])), nmae: 1 },
    ],
  ])('is not reported %s', (_when, body) => {
    expect(readReports(body)).toEqual([]);
  });

  it('is not reported for the control API', () => {
    expect(readReports({ nmae: 'a' }, { service: { isControlApi: true } })).toEqual([]);
  });
});

describe('a field of another version', () => {
  it('is ignored and reported', () => {
    const request = createRequest({}, { colour: 'red', size: 1 });
    validateRequest(request);

    expect(request.body).toEqual({ size: 1 });
    expect(request.reported).toEqual([
      [
        'hint',
        'other_version',
        'get_toy was called with the field `colour`, which only 2.0, 3.0 has. It has no effect.',
      ],
    ]);
  });

  it.each([[{ size: 1 }], ['colour'], [null], [undefined], [Object.create({ colour: 'red' })]])(
    'is not found in %j',
    (body) => {
      const request = createRequest({}, body);
      validateRequest(request);

      expect(request.reported).toEqual([]);
    },
  );
});

describe('an integer in a query', () => {
  /** Converts digits to a number, as the validation of a document does. */
  const requestFault = ({ query }: { query: Record<string, unknown> }) => {
    query['size'] = Number(query['size']);
    return null;
  };
  const catchRejection = (size: string) => {
    try {
      return validateRequest(createRequest({ size }, undefined, { findRequestViolation: requestFault }));
    } catch (thrown) {
      return thrown;
    }
  };

  it.each(['0', '16', '-3', '-16'])('is accepted in decimal digits: %s', (size) => {
    expect(catchRejection(size)).toBeUndefined();
  });

  it.each(['0x10', '1e1', '1.5', ' 16', '+16', ''])('is rejected in any other notation: `%s`', (size) => {
    expect(catchRejection(size)).toMatchObject({
      kind: 'invalid_request',
      message: `Query parameter \`size\` is not valid; expected a whole number in decimal digits, got \`${size}\`.`,
    });
  });

  it('is shown with its first forty characters in the error', () => {
    expect(catchRejection(`0x${'1'.repeat(39)}`)).toMatchObject({
      message: expect.stringMatching(/ got `0x1{38}`\.$/),
    });
  });
});

describe('a number in a query', () => {
  const requestFault = ({ query }: { query: Record<string, unknown> }) => {
    query['share'] = Number(query['share']);
    return null;
  };
  const validate = (share: string) => () =>
    validateRequest(createRequest({ share }, undefined, { findRequestViolation: requestFault }));

  it.each(['0', '1.5', '-0.25', '1.0'])('is accepted in decimal digits: %s', (share) => {
    expect(validate(share)).not.toThrow();
  });

  it.each(['1e1', '.5', '0x10', '1.'])('is rejected in any other notation: `%s`', (share) => {
    expect(validate(share)).toThrow(`\`share\` is not valid; expected a number in decimal digits, got \`${share}\`.`);
  });
});

describe('a key that no mock issued', () => {
  const createForeign = (route: object = {}, body: unknown = undefined) =>
    createRequest(
      {},
      body,
      {},
      {
        notes: { hasRealCredential: true },
        route,
        service: { credentials: { fields: { key: () => ({ kind: 'key' }), client: () => ({ kind: 'client' }) } } },
      },
    );
  const bySelection = { row: { id: 'row_of_toy', selects: 'body' } };

  it('is rejected anywhere in the request, before other checks', () => {
    const request = createRequest({ other: 'x' }, { key: 'REAL' }, {}, { notes: { hasRealCredential: true } });

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

  it('is accepted by an operation that checks the key in its body', () => {
    expect(() => validateRequest(createForeign(bySelection, { key: 'REAL' }))).not.toThrow();
  });

  it.each([
    ['without a credential in its body', bySelection, { name: 'REAL' }],
    ['with another kind of credential in its body', bySelection, { client: 'REAL' }],
    ['of an operation that takes no credential from its body', {}, { key: 'REAL' }],
  ])('is rejected in a request %s', (_what, route, body) => {
    expect(() => validateRequest(createForeign(route, body))).toThrow(
      expect.objectContaining({ reason: 'foreign_credential' }),
    );
  });
});

describe('a request', () => {
  const fault = (otherVersions: readonly string[]) => () => ({ sentence: 'Field `size` is wrong.', otherVersions });

  it('is compared with its document after the earlier steps', () => {
    const compared: unknown[] = [];
    const requestFault = (request: unknown) => {
      compared.push(request);
      return null;
    };
    validateRequest(
      createRequest({ tags: 'a,b', more: 'y' }, { size: 1, colour: 'red' }, { findRequestViolation: requestFault }),
    );

    expect(compared).toEqual([{ path: { toy: 'ball' }, query: { tags: ['a', 'b'] }, body: { size: 1 } }]);
  });

  it('that does not match is rejected with the sentence of the fault', () => {
    const request = createRequest({}, {}, { findRequestViolation: fault([]) });

    expect(() => validateRequest(request)).toThrow(
      expect.objectContaining({ kind: 'invalid_request', message: 'Field `size` is wrong.' }),
    );
    expect(request.reported).toEqual([]);
  });

  it('that matches another version is rejected and reported', () => {
    const request = createRequest({}, {}, { findRequestViolation: fault(['2.0', '3.0']) });

    expect(() => validateRequest(request)).toThrow('Field `size` is wrong.');
    expect(request.reported).toEqual([
      ['hint', 'other_version', 'get_toy was refused for a value that only 2.0, 3.0 has: Field `size` is wrong.'],
    ]);
  });

  it('with a string that cannot be stored is rejected', () => {
    expect(() => validateRequest(createRequest({ size: '\ud800' }))).toThrow(/^Query parameter `size`/);
    expect(() => validateRequest(createRequest({}, { size: '\ud800' }))).toThrow(/^Field `size`/);
    expect(() => validateRequest(createRequest({ size: 'a' }, { size: 'b' }))).not.toThrow();
  });
});
