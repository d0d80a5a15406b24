import type { ErrorObject, ValidateFunction } from 'ajv';
import type { OpenAPIValidator } from 'openapi-backend/validation.js';
import { own } from '../../core/own.ts';
import type { JsonSchema, OperationSchemas, PreparedSchemas } from './prepared.ts';

/** Checks the requests and answers of a document. Each check is compiled when it is first used. */
export interface Validators {
  schemasOf(operationId: string): OperationSchemas;
  /**
   * What is wrong with a request, as ajv reports it; empty if nothing. Numbers and booleans of the query are converted
   * in place.
   */
  requestErrors(operationId: string, request: object): readonly ErrorObject[];
  /**
   * How a body differs from a schema: a sentence, or null.
   *
   * @param name of the schema, for the sentence; unique to it
   */
  bodyFault(name: string, schema: JsonSchema, body: unknown): string | null;
  /** The schema of the refusals with this name. */
  errorSchema(name: string): JsonSchema;
}

/** What ajv would do besides, and nobody needs. */
const COMPILING = {
  // That the schemas are schemas is known before: `test/house/prepared-documents.test.ts`. The library makes a validator of
  // its own for each operation, and each would compile the schema of schemas, which takes four times as long as the rest.
  validateSchema: false,
  // Searching what was compiled for what could be left out takes half as long again, and V8 leaves that out by itself.
  code: { optimize: false },
} as const;

/**
 * Compiles schemas. Documents of one process share it: a schema that several have, such as those of an API's versions, is
 * compiled once.
 */
export interface Compiler {
  requests(given: RequestSchemas): readonly ValidateFunction[];
  body(schema: JsonSchema): ValidateFunction;
  /** What is wrong with a body that a check has just found. @param name of the schema */
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
    // Operations are passed in one by one; in a whole document it would search for them and their references.
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
  // Most answers of a document are one of a few refusals, and many requests have the same parameters: operations share
  // what is made of them.
  return {
    requests: sharing((given: RequestSchemas) => requestValidators(validator, given)),
    body: sharing((schema: JsonSchema) => ajv.compile(schema)),
    sentence: (name, { errors }) => `${name}: ${ajv.errorsText(errors, { dataVar: 'body' })}`,
  };
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
    requestErrors: (operationId, request) => {
      let compiled = ofRequests.get(operationId);
      if (compiled === undefined) {
        const { parameters, requestBody } = schemasOf(operationId);
        compiled = compiler.requests({ parameters, requestBody });
        ofRequests.set(operationId, compiled);
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

/** What a request is compared with. */
type RequestSchemas = Pick<OperationSchemas, 'parameters'> & {
  requestBody: OperationSchemas['requestBody'] | undefined;
};

function requestValidators(
  validator: OpenAPIValidator,
  { parameters, requestBody }: RequestSchemas,
): readonly ValidateFunction[] {
  // Its type, from another package, demands a whole document; only these members are read, and the id is not used.
  type Given = Parameters<OpenAPIValidator['buildRequestValidatorsForOperation']>[0];
  const operation = { operationId: 'any', parameters, requestBody };
  return validator.buildRequestValidatorsForOperation(operation as Given) ?? [];
}

/** Makes something of a value, or gives what was made of one that reads the same. */
function sharing<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  const known = new Map<string, Made>();
  return (given) => {
    const text = JSON.stringify(given);
    const made = known.get(text) ?? make(given);
    known.set(text, made);
    return made;
  };
}
