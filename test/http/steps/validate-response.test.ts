import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind } from '../../../src/decisions/problem.ts';
import type { Outcome } from '../../../src/decisions/responses/outcome.ts';
import { validateResponse } from '../../../src/http/steps/validate-response.ts';
import { type ToyRequestParts, toyRequest } from './toy-request.ts';

const UNDOCUMENTED = 'the document does not name it';
/** The error format of toys: `{ sorry: true }`. */
const ERROR = { mediaType: 'application/json', schema: 'Sorry' };

interface ValidateParts extends ToyRequestParts {
  readonly errors?: readonly unknown[];
  readonly fits?: boolean;
  readonly kind?: ProblemKind;
}

/** The hints about a response. */
function readHints(outcome: Outcome, { errors = [ERROR], fits = false, kind, ...parts }: ValidateParts = {}) {
  const compared: unknown[][] = [];
  const answerFault = (...parts: unknown[]) => {
    compared.push(parts);
    return fits ? null : UNDOCUMENTED;
  };
  const schemaFault = (schema: string, body: { sorry?: boolean }) =>
    body.sorry === true ? null : `it is no ${schema}`;
  const request = toyRequest({
    ...parts,
    operation: { describeAnswerViolation: answerFault },
    route: { document: { describeSchemaFault: schemaFault }, errorRenderer: { errors } },
    answer: { outcome, problem: kind === undefined ? null : new Problem(kind) },
  });
  validateResponse(request);
  return { compared, hints: request.hints.list.map(({ text }) => text), reported: request.reported };
}

describe('a response', () => {
  it('is compared with its document by status, media type and body', () => {
    const body = { name: 'ball' };

    expect(readHints({ status: 200, body }, { fits: true })).toMatchObject({
      compared: [[200, 'application/json', body]],
      hints: [],
    });
    expect(readHints({ status: 204 }, { fits: true }).compared).toEqual([[204, null, undefined]]);
  });

  it('that does not match is reported', () => {
    expect(readHints({ status: 200, body: {} }).reported).toEqual([
      ['hint', 'answer_off_document', `get_toy 200: ${UNDOCUMENTED}`],
      ['warn', `a response does not match its document: get_toy 200: ${UNDOCUMENTED}`],
    ]);
  });

  it('that does not match fails the request in the mode `throw`', () => {
    expect(() => readHints({ status: 200 }, { server: { offDocument: 'throw' } })).toThrow(
      `the response does not match its document: get_toy 200: ${UNDOCUMENTED}`,
    );
  });

  it('is not compared in the mode `off`', () => {
    expect(readHints({ status: 200, body: {} }, { server: { offDocument: 'off' } })).toMatchObject({
      compared: [],
      hints: [],
    });
  });
});

describe('a status of the whole server', () => {
  it.each([405, 408, 413, 414, 417, 431, 500, 503, 507])('may be undocumented: %i', (status) => {
    expect(readHints({ status, body: { sorry: true } }, { kind: 'internal' })).toMatchObject({
      compared: [],
      hints: [],
    });
  });

  it('is also 404 of an unknown path', () => {
    expect(readHints({ status: 404, body: { sorry: true } }, { kind: 'unknown_path' })).toMatchObject({
      compared: [],
      hints: [],
    });
  });

  it('must have a body in the error format of the service', () => {
    expect(readHints({ status: 503, body: {} }, { kind: 'internal' }).hints).toEqual(['it is no Sorry']);
    expect(readHints({ status: 503, body: {} }).hints).toEqual([]);
  });
});

describe('a rejection', () => {
  it('that its document lists is not compared with the error formats of the service', () => {
    expect(readHints({ status: 404, body: {} }, { kind: 'not_found', fits: true }).hints).toEqual([]);
  });

  it('that its document does not list is reported by its error format, or else by its status', () => {
    expect(readHints({ status: 404, body: {} }, { kind: 'not_found' }).hints).toEqual(['it is no Sorry']);
    expect(readHints({ status: 404, body: { sorry: true } }, { kind: 'not_found' }).hints).toEqual([
      `get_toy 404: ${UNDOCUMENTED}`,
    ]);
  });

  it('matches if one of the formats of its media type matches', () => {
    const errors = [
      { mediaType: 'application/json', schema: 'Other' },
      { mediaType: 'application/json', schema: null },
    ];

    expect(readHints({ status: 503, body: {} }, { kind: 'internal', errors: [ERROR, ...errors] }).hints).toEqual([]);
    expect(readHints({ status: 503, body: {} }, { kind: 'internal', errors: [errors[0], ERROR] }).hints).toEqual([
      'it is no Other',
    ]);
  });

  it('with a media type that no error format has is reported', () => {
    const text: Outcome = { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'No.' };

    expect(readHints(text, { kind: 'internal', errors: [null, ERROR] }).hints).toEqual([
      'toys refused with text/plain, which is none of its error formats',
    ]);
    expect(readHints(text, { kind: 'internal', errors: [{ mediaType: 'text/plain', schema: null }] }).hints).toEqual(
      [],
    );
  });

  it('without a body is reported unless the service has such errors', () => {
    expect(readHints({ status: 503 }, { kind: 'internal' }).hints).toEqual(['toys refused without a body']);
    expect(readHints({ status: 503 }, { kind: 'internal', errors: [ERROR, null] }).hints).toEqual([]);
  });

  it('of the mock itself is not compared', () => {
    expect(readHints({ status: 404, body: {} }, { kind: 'no_such_world' })).toMatchObject({
      compared: [],
      hints: [],
    });
  });
});
