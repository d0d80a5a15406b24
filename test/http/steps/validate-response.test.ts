import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind } from '../../../src/decisions/problem.ts';
import { validateResponse } from '../../../src/http/steps/validate-response.ts';
import type { Outcome } from '../../../src/responses/outcome.ts';
import { type Given, NOW, toyRequest } from './toy-request.ts';

const UNDOCUMENTED = 'the document does not name it';
/** The form of errors of toys: `{ sorry: true }`. */
const ERROR = { mediaType: 'application/json', schema: 'Sorry' };

interface Asked extends Given {
  readonly errors?: readonly unknown[];
  readonly fits?: boolean;
  readonly kind?: ProblemKind;
}

/** What is worth knowing of an answer. */
function findingsOf(outcome: Outcome, { errors = [ERROR], fits = false, kind, ...given }: Asked = {}) {
  const compared: unknown[][] = [];
  const answerFault = (...parts: unknown[]) => {
    compared.push(parts);
    return fits ? null : UNDOCUMENTED;
  };
  const schemaFault = (schema: string, body: { sorry?: boolean }) =>
    body.sorry === true ? null : `it is no ${schema}`;
  const request = toyRequest({
    ...given,
    operation: { describeAnswerFault: answerFault },
    route: { document: { describeSchemaFault: schemaFault }, errorRenderer: { errors } },
    request: { outcome, problem: kind === undefined ? null : new Problem(kind), ...given.request },
  });
  validateResponse(request);
  return { compared, findings: request.reported.map(([, , message]) => message), reported: request.reported };
}

describe('an answer', () => {
  it('is compared with its document by status, media type and body', () => {
    const body = { name: 'ball' };

    expect(findingsOf({ status: 200, body }, { fits: true })).toMatchObject({
      compared: [[200, 'application/json', body]],
      findings: [],
    });
    expect(findingsOf({ status: 204 }, { fits: true }).compared).toEqual([[204, null, undefined]]);
  });

  it('that does not fit is worth knowing', () => {
    expect(findingsOf({ status: 200, body: {} }).reported).toEqual([
      ['finding', 'answer_off_document', `get_toy 200: ${UNDOCUMENTED}`, NOW],
    ]);
  });

  it('that does not fit fails the request where that is asked for', () => {
    expect(() => findingsOf({ status: 200 }, { server: { offDocument: 'throw' } })).toThrow(
      `the response does not match its document: get_toy 200: ${UNDOCUMENTED}`,
    );
  });

  it('is compared with nothing where nobody wants to know', () => {
    expect(findingsOf({ status: 200, body: {} }, { server: { offDocument: 'off' } })).toMatchObject({
      compared: [],
      findings: [],
    });
  });
});

describe('a status that comes from the server as a whole', () => {
  it.each([405, 408, 413, 414, 417, 431, 500, 501, 503, 507])('need not be documented: %i', (status) => {
    expect(findingsOf({ status, body: { sorry: true } }, { kind: 'internal' })).toMatchObject({
      compared: [],
      findings: [],
    });
  });

  it('has a body in the form of the errors of the service all the same', () => {
    expect(findingsOf({ status: 503, body: {} }, { kind: 'internal' }).findings).toEqual(['it is no Sorry']);
    expect(findingsOf({ status: 503, body: {} }).findings).toEqual([]);
  });
});

describe('a refusal', () => {
  it('that its document names is not compared with the errors of the service as well', () => {
    expect(findingsOf({ status: 404, body: {} }, { kind: 'not_found', fits: true }).findings).toEqual([]);
  });

  it('that its document does not name is told by the form that it lacks, or else as it is', () => {
    expect(findingsOf({ status: 404, body: {} }, { kind: 'not_found' }).findings).toEqual(['it is no Sorry']);
    expect(findingsOf({ status: 404, body: { sorry: true } }, { kind: 'not_found' }).findings).toEqual([
      `get_toy 404: ${UNDOCUMENTED}`,
    ]);
  });

  it('in one of several forms of a media type is in the form of its service', () => {
    const errors = [
      { mediaType: 'application/json', schema: 'Other' },
      { mediaType: 'application/json', schema: null },
    ];

    expect(findingsOf({ status: 503, body: {} }, { kind: 'internal', errors: [ERROR, ...errors] }).findings).toEqual(
      [],
    );
    expect(findingsOf({ status: 503, body: {} }, { kind: 'internal', errors: [errors[0], ERROR] }).findings).toEqual([
      'it is no Other',
    ]);
  });

  it('of another media type than every error is none of them', () => {
    const text: Outcome = { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'No.' };

    expect(findingsOf(text, { kind: 'internal', errors: [null, ERROR] }).findings).toEqual([
      'toys refused with text/plain, which is none of its error formats',
    ]);
    expect(
      findingsOf(text, { kind: 'internal', errors: [{ mediaType: 'text/plain', schema: null }] }).findings,
    ).toEqual([]);
  });

  it('without a body is one where errors may have none', () => {
    expect(findingsOf({ status: 503 }, { kind: 'internal' }).findings).toEqual(['toys refused without a body']);
    expect(findingsOf({ status: 503 }, { kind: 'internal', errors: [ERROR, null] }).findings).toEqual([]);
  });

  it('in words of the mock is compared with nothing', () => {
    expect(findingsOf({ status: 404, body: {} }, { kind: 'no_such_world' })).toMatchObject({
      compared: [],
      findings: [],
    });
  });
});
