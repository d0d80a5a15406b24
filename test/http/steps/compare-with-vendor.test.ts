/** `--spec-of`: what fits only one of two documents. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/core/problem.ts';
import { compareWithVendor } from '../../../src/http/steps/compare-with-vendor.ts';
import { type Given, NOW, toyFlight } from './toy-flight.ts';

const NAME = '--spec-of toys=toys.yaml';
const fitting = () => null;
const unfit = (sentence: string) => () => ({ sentence, otherVersions: [] });
const thrower = (thrown: unknown) => () => {
  throw thrown;
};

const NOTHING_NAMED = { queryNames: 'any', queryTypes: {}, bodySchema: () => undefined, answerSchema: () => undefined };

interface Compared extends Given {
  /** Of our document, and of the vendor's. */
  readonly ours?: (parts: unknown) => unknown;
  readonly theirs?: (parts: unknown) => unknown;
  readonly theirAnswer?: (...parts: unknown[]) => string | null;
}

/** What is found of a request for the ball, and what the vendor's document was asked for. */
function compared({ ours = fitting, theirs = fitting, theirAnswer = fitting, ...given }: Compared = {}) {
  const asked: unknown[][] = [];
  const find = (...parts: unknown[]) => {
    asked.push(parts);
    const operation = { ...NOTHING_NAMED, path: '/toys/{name}/', requestFault: theirs, answerFault: theirAnswer };
    return { params: { name: 'ball' }, operation };
  };
  const flight = toyFlight({
    ...given,
    server: { vendorDocuments: new Map([['toys', { name: NAME, find }]]), ...given.server },
    operation: { ...NOTHING_NAMED, method: 'GET', path: '/toys/{toy}', requestFault: ours, ...given.operation },
  });
  compareWithVendor(flight);
  return { reported: flight.reported, asked };
}
const found = (message: string) => [['finding', 'vendor_document', message, NOW]];

describe('an operation', () => {
  it('is looked for in the document of its vendor by its method and its path', () => {
    expect(compared()).toEqual({ reported: [], asked: [['GET', '/toys/ball']] });
  });

  it('that this document does not have is worth knowing', () => {
    const vendorDocuments = new Map([['toys', { name: NAME, find: () => null }]]);

    expect(compared({ server: { vendorDocuments } }).reported).toEqual(found(`get_toy is not in ${NAME}`));
  });

  it('whose path is another one there, with a parameter, is not in this document', () => {
    const operation = { path: '/toys/ball' };

    expect(compared({ operation }).reported).toEqual(found(`get_toy is not in ${NAME}`));
  });

  it('of a service without such a document is compared with nothing', () => {
    expect(compared({ service: { name: 'games' }, theirs: unfit('No.') })).toEqual({ reported: [], asked: [] });
  });
});

describe('a request', () => {
  const ONLY_OURS = found(`get_toy: the request fits our document, but not ${NAME}: No.`);
  const ONLY_THEIRS = found(`get_toy: the request fits ${NAME}, but not our document: Never.`);
  const refusedAs = (kind: 'invalid_request' | 'forbidden') => ({ flight: { problem: new Problem(kind) } });

  it.each<[what: string, Compared, reported: unknown[]]>([
    ['both documents', {}, []],
    ['neither', { ours: unfit('Never.'), theirs: unfit('No.') }, []],
    ['only ours', { theirs: unfit('No.') }, ONLY_OURS],
    ["only the vendor's", { ours: unfit('Never.') }, ONLY_THEIRS],
    [
      "only the vendor's, and is refused for it",
      { ours: unfit('Never.'), ...refusedAs('invalid_request') },
      ONLY_THEIRS,
    ],
    ['only ours, but was refused before its body was read', { theirs: unfit('No.'), ...refusedAs('forbidden') }, []],
    [
      'a schema that cannot be used',
      { theirs: thrower(new Error('`$ref` leads nowhere')) },
      found(
        `get_toy: the request fits our document, but not ${NAME}: its schema cannot be used: \`$ref\` leads nowhere`,
      ),
    ],
  ])('that fits %s', (_what, given, reported) => {
    expect(compared(given).reported).toEqual(reported);
  });

  it('is compared as it is, whatever a document makes of its query', () => {
    const seen: unknown[] = [];
    const look = ({ query, ...parts }: { query: Record<string, unknown> }) => {
      seen.push({ ...parts, query: { ...query } });
      query['size'] = 16;
      return null;
    };
    const query = { size: '16' };
    const context = { query, body: { name: 'a' } };
    compared({ ours: look as never, theirs: look as never, context, raw: { url: '/toys/ball?size=16' } });

    const request = { query: { size: '16' }, body: { name: 'a' } };
    expect(seen).toEqual([
      { ...request, path: { toy: 'ball' } },
      { ...request, path: { name: 'ball' }, header: expect.anything() },
    ]);
    expect(query).toEqual({ size: '16' });
  });
});

describe('an answer', () => {
  const theirAnswer = () => 'No.';

  it("that does not fit the vendor's document is worth knowing", () => {
    expect(compared({ theirAnswer }).reported).toEqual(found(`get_toy: the answer 200 does not fit ${NAME}: No.`));
  });

  it('is told beside what is wrong with its request', () => {
    expect(compared({ theirs: unfit('No.'), theirAnswer }).reported).toHaveLength(2);
  });

  it.each([
    [499, 1],
    [500, 0],
    [503, 0],
  ])('of the status %i is compared unless the server failed: %i finding', (status, findings) => {
    expect(compared({ theirAnswer, flight: { outcome: { status } } }).reported).toHaveLength(findings);
  });

  it.each([
    ['its media type and body', { status: 200, body: { name: 'ball' } }, [200, 'application/json', { name: 'ball' }]],
    ['neither where it has no body', { status: 204 }, [204, null, undefined]],
  ])('is compared by its status, and %s', (_what, outcome, expected) => {
    const seen: unknown[][] = [];
    const look = (...parts: unknown[]) => {
      seen.push(parts);
      return null;
    };
    compared({ theirAnswer: look, flight: { outcome } });

    expect(seen).toEqual([expected]);
  });

  it.each([
    [new Error('`$ref` leads nowhere'), '`$ref` leads nowhere'],
    ['it is a text', 'it is a text'],
  ])('that meets a schema that cannot be used says so, and no more: %s', (thrown, said) => {
    expect(compared({ theirAnswer: thrower(thrown) }).reported).toEqual(
      found(`get_toy: the answer 200 does not fit ${NAME}: its schema cannot be used: ${said}`),
    );
  });
});
