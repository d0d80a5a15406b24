import type { ErrorObject, ValidateFunction } from 'ajv';
import type { OpenAPIValidator } from 'openapi-backend/validation.js';
import { isRecord, memberOf, own } from '../../core/own.ts';
import { showPath } from '../../core/redact.ts';
import type { JsonSchema, OperationSchemas, PreparedSchemas } from './prepared.ts';

/** Validates the requests and answers of a document. Each validator is compiled on first use. */
export interface Validators {
  schemasOf(operationId: string): OperationSchemas;
  /**
   * The errors of a request, as ajv reports them; empty if none. Numbers and booleans of the query are converted in
   * place.
   */
  requestErrors(operationId: string, request: object, keywords?: Keywords): readonly ErrorObject[];
  /**
   * How a body differs from a schema: a sentence, or null.
   *
   * @param name of the schema, for the sentence; unique to it
   */
  bodyFault(name: string, schema: JsonSchema, body: unknown): string | null;
  /** The schema of the refusals with this name. */
  errorSchema(name: string): JsonSchema;
}

/** Those that the server validates by, or also those that operations check themselves. Default: the former. */
export type Keywords = 'validated' | 'documented';

/** Turns off work of ajv that has no use here. */
const COMPILING = {
  // `test/architecture/prepared-documents.test.ts` validates the schemas. openapi-backend makes an Ajv for each operation,
  // and each would compile the meta-schema, which takes four times as long as the rest.
  validateSchema: false,
  // Only that validation needs the meta-schema, and each Ajv takes 2 ms to index it.
  meta: false,
  // Ajv's optimizer makes compiling half as long again, and V8 removes dead code anyway.
  code: { optimize: false },
} as const;

/**
 * Compiles schemas. The documents of a process share it, so a schema that several versions of an API have is compiled
 * once.
 */
export interface Compiler {
  requests(given: RequestSchemas): readonly ValidateFunction[];
  body(schema: JsonSchema): ValidateFunction;
  /** Describes the errors of a validation that has just failed. @param name of the schema */
  sentence(name: string, check: ValidateFunction): string;
}

/** Loads the libraries now rather than with this file: a server that receives no requests never needs them. */
export async function loadCompiler(): Promise<Compiler> {
  const [{ OpenAPIValidator }, { Ajv }, { default: addFormats }] = await Promise.all([
    import('openapi-backend/validation.js'),
    import('ajv'),
    import('ajv-formats'),
  ]);
  const validator = new OpenAPIValidator({
    // Operations are passed in one by one. In a whole document it would search for operations and resolve references.
    definition: { openapi: '3.0.3', info: { title: '', version: '' }, paths: {} },
    ajvOpts: { verbose: true, ...COMPILING },
    lazyCompileValidators: true,
    customizeAjv: (ajv) => {
      addFormats.default(ajv);
      return ajv;
    },
  });
  const ajv = new Ajv({ strict: false, ...COMPILING });
  addFormats.default(ajv);
  // Most answers have one of a few error schemas, and many requests have the same parameters: operations share
  // validators.
  return {
    requests: sharing((given: RequestSchemas) => requestValidators(validator, given)),
    body: sharing((schema: JsonSchema) => ajv.compile(schema)),
    sentence: (name, { errors }) => `${name}: ${(errors ?? []).map(errorText).join(', ')}`,
  };
}

/** Like ajv's own text, which does not name the property that is one too many. */
function errorText({ instancePath, message, params }: ErrorObject): string {
  const extra: unknown = params['additionalProperty'];
  return `body${instancePath} ${message}${typeof extra === 'string' ? `: \`${showPath(extra)}\`` : ''}`;
}

/** @param text `PreparedSchemas` as JSON */
export function validatorsOf(text: string, compiler: Compiler): Validators {
  const { operations, errors }: PreparedSchemas = JSON.parse(text);
  const schemasOf = (operationId: string): OperationSchemas => {
    const found = own(operations, operationId);
    if (found === undefined) throw new Error(`the document has no operation \`${operationId}\``);
    return found;
  };
  const ofRequests = new Map<string, readonly ValidateFunction[]>();
  const ofBodies = new Map<string, ValidateFunction>();
  return {
    schemasOf,
    requestErrors: (operationId, request, keywords = 'validated') => {
      const name = `${operationId} ${keywords}`;
      let compiled = ofRequests.get(name);
      if (compiled === undefined) {
        const { parameters, requestBody } = schemasOf(operationId);
        const given = { parameters, requestBody };
        compiled = compiler.requests(keywords === 'documented' ? asDocumented(given) : given);
        ofRequests.set(name, compiled);
      }
      return compiled.find((validate) => !validate(request))?.errors ?? [];
    },
    bodyFault: (name, schema, body) => {
      const validate = ofBodies.get(name) ?? compiler.body(schema);
      ofBodies.set(name, validate);
      return validate(body) ? null : compiler.sentence(name, validate);
    },
    errorSchema: (name) => {
      const found = own(errors, name);
      if (found === undefined) throw new Error(`the document has no \`${name}\` among its \`x-errors\``);
      return found;
    },
  };
}

/** A copy with the keywords that operations check themselves (`scripts/documents/handler-checks.mjs`). */
function asDocumented<Part>(part: Part): Part {
  const text = JSON.stringify(part, (_, value) => {
    const kept = memberOf(value, 'x-documented');
    return isRecord(value) && isRecord(kept) ? { ...value, ...kept, 'x-documented': undefined } : value;
  });
  return JSON.parse(text);
}

/** The schemas of a request. */
type RequestSchemas = Pick<OperationSchemas, 'parameters'> & {
  requestBody: OperationSchemas['requestBody'] | undefined;
};

function requestValidators(
  validator: OpenAPIValidator,
  { parameters, requestBody }: RequestSchemas,
): readonly ValidateFunction[] {
  // The type demands a whole operation object. Only these members are read, and the id is not used.
  type Given = Parameters<OpenAPIValidator['buildRequestValidatorsForOperation']>[0];
  const operation = { operationId: 'any', parameters, requestBody };
  return validator.buildRequestValidatorsForOperation(operation as Given) ?? [];
}

/** Caches the results of `make` by the JSON of its argument. */
function sharing<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  const known = new Map<string, Made>();
  return (given) => {
    const text = JSON.stringify(given);
    const made = known.get(text) ?? make(given);
    known.set(text, made);
    return made;
  };
}
