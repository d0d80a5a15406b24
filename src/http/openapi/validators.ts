import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type { OpenAPIValidator } from 'openapi-backend';
import { own } from '../../core/own.ts';
import type { JsonSchema, OperationSchemas, PreparedSchemas } from './prepared.ts';

/** What checks the requests and answers of a document. Each check is compiled when it is first asked for. */
export interface Validators {
  schemasOf(operationId: string): OperationSchemas;
  /** What is wrong with a request, as ajv tells it; empty for nothing. Numbers and booleans of the query are converted in place. */
  requestErrors(operationId: string, request: object): readonly ErrorObject[];
  /** How a body differs from a schema: a sentence, or null. @param name of the schema, in the sentence; no other has it */
  bodyFault(name: string, schema: JsonSchema, body: unknown): string | null;
  /** What a refusal of this name looks like. */
  errorSchema(name: string): JsonSchema;
}

/**
 * The validators are loaded here, and not with this file: a server that nobody asks anything never needs them.
 *
 * @param text `PreparedSchemas` as JSON
 */
export async function loadValidators(text: string): Promise<Validators> {
  const [{ OpenAPIValidator }, { Ajv }, { default: addFormats }] = await Promise.all([
    import('openapi-backend'),
    import('ajv'),
    import('ajv-formats'),
  ]);
  const { operations, errors }: PreparedSchemas = JSON.parse(text);
  const validator = new OpenAPIValidator({
    // Operations are given to it one by one: in the document it would look for them, and for what they refer to.
    definition: { openapi: '3.0.3', info: { title: '', version: '' }, paths: {} },
    ajvOpts: { verbose: true },
    lazyCompileValidators: true,
    customizeAjv: (ajv) => {
      addFormats.default(ajv);
      return ajv;
    },
  });
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  const schemasOf = (operationId: string): OperationSchemas => {
    const found = own(operations, operationId);
    if (found === undefined) throw new Error(`the document has no operation \`${operationId}\``);
    return found;
  };
  const ofRequests = new Map<string, readonly ValidateFunction[]>();
  const ofBodies = new Map<string, ValidateFunction>();
  return {
    schemasOf,
    requestErrors: (operationId, request) => {
      const compiled = ofRequests.get(operationId) ?? requestValidators(validator, operationId, schemasOf(operationId));
      ofRequests.set(operationId, compiled);
      return compiled.find((validate) => !validate(request))?.errors ?? [];
    },
    bodyFault: (name, schema, body) => {
      const validate = ofBodies.get(name) ?? ajv.compile(schema);
      ofBodies.set(name, validate);
      return validate(body) ? null : bodySentence(ajv, name, validate);
    },
    errorSchema: (name) => {
      const found = own(errors, name);
      if (found === undefined) throw new Error(`the document has no \`${name}\` among its \`x-errors\``);
      return found;
    },
  };
}

function requestValidators(
  validator: OpenAPIValidator,
  operationId: string,
  { parameters, requestBody }: OperationSchemas,
): readonly ValidateFunction[] {
  const operation = { operationId, parameters, requestBody };
  // Typed by another package, from a whole document; it reads these three members.
  type Given = Parameters<OpenAPIValidator['buildRequestValidatorsForOperation']>[0];
  return validator.buildRequestValidatorsForOperation(operation as Given) ?? [];
}

function bodySentence(ajv: Ajv, name: string, { errors }: ValidateFunction): string {
  return `${name}: ${ajv.errorsText(errors, { dataVar: 'body' })}`;
}
