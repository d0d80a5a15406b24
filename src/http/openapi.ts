import { type Operation, operationOf } from './openapi/operation.ts';
import type { OtherOperation, PreparedDocument, PreparedOperations } from './openapi/prepared.ts';
import { loadValidators, type Validators } from './openapi/validators.ts';

export type { Operation } from './openapi/operation.ts';
export type { BodyForm, OtherOperation, PreparedDocument } from './openapi/prepared.ts';

/** A service's document. What validates is made when it is first needed, because that is most of the time of a start. */
export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** Makes what validates; until then nothing can be asked for its faults. */
  ready(): Promise<void>;
  /** Was it made? */
  readonly isReady: boolean;
  /** What only other versions have. */
  readonly otherVersions: readonly OtherOperation[];
  /** How a body differs from a schema of refusals: a sentence, or null. @param schema its name */
  schemaFault(schema: string, body: unknown): string | null;
}

/**
 * Documents that were opened, for servers of one process that share them: a document and its validators are made once, and
 * not once for each server. Holds as many as there are names.
 */
export class Documents {
  readonly #opened = new Map<string, ApiDocument>();

  /** The document of this name, such as `air.2.0`. That it is valid OpenAPI is tested, and trusted here. */
  open(name: string, prepared: PreparedDocument): ApiDocument {
    const opened = this.#opened.get(name) ?? openDocument(prepared);
    this.#opened.set(name, opened);
    return opened;
  }
}

function openDocument({ operations: text, schemas }: PreparedDocument): ApiDocument {
  const { operations, otherVersions }: PreparedOperations = JSON.parse(text);
  let validators: Validators | undefined;
  let loading: Promise<Validators> | undefined;
  const loaded = (): Validators => {
    if (validators === undefined) throw new Error('the document was asked before it was ready');
    return validators;
  };
  return {
    operations: operations.map((operation) => operationOf(operation, loaded)),
    otherVersions,
    get isReady() {
      return validators !== undefined;
    },
    ready: async () => {
      loading ??= schemas().then(loadValidators);
      validators = await loading;
    },
    schemaFault: (name, body) => loaded().bodyFault(name, loaded().errorSchema(name), body),
  };
}
