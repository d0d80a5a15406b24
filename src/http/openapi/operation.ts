import { Readable } from 'node:stream';
import { own } from '../../core/own.ts';
import type { PreparedOperation } from './prepared.ts';
import { type RequestFault, requestFaultOf } from './request-fault.ts';
import { spelledAs } from './spelling.ts';
import type { Validators } from './validators.ts';

/** The parts of a request that are checked against the document. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  /** Numbers and booleans in the query are converted in place. */
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

/** Members of a prepared operation that an `Operation` has in another form. */
type Reshaped = 'operationId' | 'queryNames' | 'queryLists' | 'bodyFields';

/** One operation of a document. */
export interface Operation extends Omit<PreparedOperation, Reshaped> {
  /** The document has the same operation first under another path. */
  readonly isAlias: boolean;
  /** `any`: the document does not list them. */
  readonly queryNames: ReadonlySet<string> | 'any';
  /** Query parameters that are lists, even if sent only once. */
  readonly queryLists: ReadonlySet<string>;
  /** The document's spelling of the body's members, by lower-case name. */
  readonly bodyFields: ReadonlyMap<string, string>;
  /** The body, with enumerated values spelled as in the document, whatever their case. */
  spelled(body: unknown): unknown;
  /** What is wrong with a request; null if nothing. */
  requestFault(parts: RequestParts): RequestFault | null;
  /** The statuses that its document names. */
  statuses(): readonly number[];
  /** How an answer differs from the document: a sentence, or null. */
  answerFault(status: number, mediaType: string | null, body: unknown): string | null;
}

/** @param validators gives those of the document, once it is ready */
export function operationOf(prepared: PreparedOperation, validators: () => Validators): Operation {
  const { operationId, queryNames, queryLists, bodyFields, ...facts } = prepared;
  const { id, bodyForm } = facts;
  return {
    ...facts,
    isAlias: id !== operationId,
    queryNames: new Set(queryNames),
    queryLists: new Set(queryLists),
    bodyFields: new Map(bodyFields.map((field) => [field.toLowerCase(), field])),
    spelled: (body) =>
      spelledAs(validators().schemasOf(operationId).requestBody?.content['application/json']?.schema, body),
    requestFault: ({ path, query, body }) => {
      const [first, ...others] = validators().requestErrors(operationId, {
        path,
        query,
        header: {},
        cookie: {},
        ...(body !== undefined && bodyForm !== 'bytes' && { requestBody: body }),
      });
      return first === undefined ? null : requestFaultOf([first, ...others]);
    },
    statuses: () => Object.keys(validators().schemasOf(operationId).answers).map(Number),
    answerFault: (status, mediaType, body) => {
      const { answers } = validators().schemasOf(operationId);
      const content = own(answers, String(status));
      if (content === undefined) return `${id} answered ${status}, which its document does not name`;
      if (content === null) {
        return body === undefined ? null : `${id} answered ${status} with a body, but its document has none`;
      }
      if (Object.hasOwn(content, '*/*')) return null;
      const schema = own(content, mediaType ?? '');
      if (schema === undefined) return `${id} answered ${status} as ${mediaType}, which its document does not name`;
      if (Buffer.isBuffer(body) || body instanceof Readable) return null;
      return validators().bodyFault(`${id} ${status} ${mediaType}`, schema, body);
    },
  };
}
