import type { Ajv as AjvInstance, ErrorObject, ValidateFunction } from 'ajv';
import type { Document, OpenAPIBackend } from 'openapi-backend';
import { isRecord, memberOf, own } from '../../objects/members.ts';
import { showPath } from '../../text/redact.ts';
import type { JsonSchema, OperationSchemas, PreparedSchemas } from './prepared.ts';

/** Validates the requests and answers of a document. Each validator is compiled on first use. */
export interface Validators {
  schemasOf(operationId: string): OperationSchemas;
  /**
   * The errors of a request, as ajv reports them; empty if none. Numbers and booleans of the query are converted in
   * place.
   */
  requestErrors(operationId: string, request: object): readonly ErrorObject[];
  /** How a body differs from a schema: a sentence, or null. */
  bodyFault(schema: JsonSchema, body: unknown, isUnknown?: IsUnknown): string | null;
  /** The schema of the refusals with this name. */
  errorSchema(name: string): JsonSchema;
}

/** Whether a value stands for another one, of which nothing is known. */
export type IsUnknown = (value: unknown) => boolean;

/** Those that the server validates by, or also those that operations check themselves. Default: the former. */
export type Keywords = 'validated' | 'documented';

/** Vendors' patterns have escapes such as `\\_`, which only expressions without the flag `u` allow. */
const asWritten = Object.assign(
  (pattern: string, flags: string): RegExp => {
    try {
      return new RegExp(pattern, flags);
    } catch {
      return new RegExp(pattern);
    }
  },
  { code: 'new RegExp' },
);

/** Turns off work of ajv that has no use here. */
const COMPILING = {
  // `test/architecture/prepared-documents.test.ts` validates the schemas. openapi-backend makes an Ajv for each operation,
  // and each would compile the meta-schema, which takes four times as long as the rest.
  validateSchema: false,
  // Only that validation needs the meta-schema, and each Ajv takes 2 ms to index it.
  meta: false,
  // A vendor's document may have formats that ajv does not know, of which it would write to stderr.
  logger: false,
  // Ajv's optimizer makes compiling half as long again, and V8 removes dead code anyway.
  code: { optimize: false, regExp: asWritten },
} as const;

/** Makes validators. The documents of a process share it. */
export interface Compiler {
  /** The result has a copy of the definition, in which references are resolved. */
  requests(definition: Document): Promise<OpenAPIBackend>;
  body(schema: JsonSchema): ValidateFunction;
}

/** Options of Ajv in which a document of somebody else differs. */
export interface CompilerOptions {
  /** Is a member that every object inherits, such as `constructor`, none of its own? */
  readonly ownProperties?: boolean;
}

/** Loads the libraries now rather than with this file: a server that receives no requests never needs them. */
export async function loadCompiler(options: CompilerOptions = {}): Promise<Compiler> {
  const [{ OpenAPIBackend }, { Ajv }, { default: addFormats }] = await Promise.all([
    import('openapi-backend'),
    import('ajv'),
    import('ajv-formats'),
  ]);
  const customized = (one: AjvInstance) => addFormats.default(withNotLast(one));
  const ajv = customized(new Ajv({ strict: false, verbose: true, ...COMPILING, ...options }));
  return {
    requests: (definition) =>
      new OpenAPIBackend({
        definition,
        // Tests prove that the document is valid. Validators are compiled when they are first needed.
        quick: true,
        strict: true,
        ajvOpts: { verbose: true, ...COMPILING, ...options },
        customizeAjv: customized,
      }).init(),
    body: (schema) => ajv.compile(schema),
  };
}

/** Validation stops at the first error, and that of `not` tells least: it names no member. */
function withNotLast(ajv: AjvInstance): AjvInstance {
  const definition = ajv.getKeyword('not');
  if (typeof definition === 'boolean') return ajv;
  return ajv.removeKeyword('not').addKeyword({ ...definition, keyword: 'not', post: true });
}

/** How many values of an enumeration are listed. */
const MAX_VALUES = 8;

/** Like ajv's own text, which names neither the property that is one too many nor the values that are allowed. */
function errorText({ keyword, instancePath, message, params }: ErrorObject): string {
  const extra: unknown = params['additionalProperty'];
  const values: unknown = params['allowedValues'];
  const expected =
    typeof extra === 'string'
      ? `: \`${showPath(extra)}\``
      : Array.isArray(values)
        ? `: ${values
            .slice(0, MAX_VALUES)
            .map((one) => showPath(JSON.stringify(one)))
            .join(', ')}`
        : '';
  return `body${instancePath} ${keyword === 'not' ? 'is what the document rules out' : message}${expected}`;
}

/** @param text `PreparedSchemas` as JSON */
export async function validatorsOf(text: string, compiler: Compiler, keywords: Keywords): Promise<Validators> {
  const { validator, definition } = await compiler.requests(
    JSON.parse(text, keywords === 'documented' ? asDocumented : undefined),
  );
  const { paths, components } = definition as unknown as PreparedSchemas;
  const operations = new Map(
    Object.values(paths)
      .flatMap(Object.values<OperationSchemas>)
      .map((one) => [one.operationId, one]),
  );
  return {
    schemasOf: (operationId) => {
      const found = operations.get(operationId);
      if (found === undefined) throw new Error(`the document has no operation \`${operationId}\``);
      return found;
    },
    requestErrors: (operationId, request) => {
      const validators = validator.getRequestValidatorsForOperation(operationId) ?? [];
      return validators.find((validate) => !validate(request))?.errors ?? [];
    },
    bodyFault: (schema, body, isUnknown = () => false) => {
      const validate = compiler.body(schema);
      if (validate(body)) return null;
      const errors = (validate.errors ?? []).filter(({ data }) => !isUnknown(data));
      return errors.length === 0 ? null : errors.map(errorText).join(', ');
    },
    errorSchema: (name) => {
      const found = own(components.schemas, name);
      if (found === undefined) throw new Error(`the document has no \`${name}\` among its \`x-errors\``);
      return found;
    },
  };
}

/** Restores the keywords that operations check themselves (`scripts/documents/handler-checks.mjs`). */
function asDocumented(_: string, value: unknown): unknown {
  const kept = memberOf(value, 'x-documented');
  return isRecord(value) && isRecord(kept) ? { ...value, ...kept, 'x-documented': undefined } : value;
}
