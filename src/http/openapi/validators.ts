import type { Ajv as AjvInstance, ErrorObject, ValidateFunction } from 'ajv';
import type { Document, OpenAPIBackend } from 'openapi-backend';
import { isRecord, memberOf, own } from '../../lib/members.ts';
import { showPath } from '../../lib/redact.ts';
import type { JsonSchema, OperationSchemas, PreparedSchemas } from './prepared.ts';

/** Validates the requests and responses of a document. Each validator is compiled on first use. */
export interface Validators {
  schemasOf(operationId: string): OperationSchemas;
  /** Returns the errors as ajv reports them. Converts numbers and booleans of the query in place. */
  listRequestErrors(operationId: string, request: object): readonly ErrorObject[];
  /** Describes how a body violates a schema; null if it conforms. */
  describeBodyFault(schema: JsonSchema, body: unknown, isUnknown?: IsUnknown): string | null;
  findErrorSchema(name: string): JsonSchema;
}

export type IsUnknown = (value: unknown) => boolean;

/** Whether only the keywords that the server validates apply, or also those that operations check themselves. */
export type Keywords = 'validated' | 'documented';

/** Vendors' patterns have escapes such as `\\_`, which are invalid with the `u` flag that ajv sets. */
const createPattern = Object.assign(
  (pattern: string, flags: string): RegExp => {
    try {
      return new RegExp(pattern, flags);
    } catch {
      return new RegExp(pattern);
    }
  },
  { code: 'new RegExp' },
);

const AJV_OPTIONS = {
  // A test validates the schemas. Otherwise each operation's Ajv would compile the meta-schema, the slowest part.
  validateSchema: false,
  // Only that validation needs the meta-schema, and each Ajv takes 2 ms to index it.
  meta: false,
  // A vendor's document may have formats unknown to ajv, which would warn on stderr.
  logger: false,
  // Ajv's optimizer makes compilation 50% slower, and V8 removes dead code anyway.
  code: { optimize: false, regExp: createPattern },
} as const;

export interface Compiler {
  /** The result has a copy of the definition with resolved references. */
  requests(definition: Document): Promise<OpenAPIBackend>;
  body(schema: JsonSchema): ValidateFunction;
}

export interface CompilerOptions {
  /** Whether to ignore inherited members, such as `constructor`. */
  readonly ownProperties?: boolean;
}

/** Loads the libraries lazily: a server that receives no requests never needs them. */
export async function loadCompiler(options: CompilerOptions = {}): Promise<Compiler> {
  const [{ OpenAPIBackend }, { Ajv }, { default: addFormats }] = await Promise.all([
    import('openapi-backend'),
    import('ajv'),
    import('ajv-formats'),
  ]);
  const customize = (instance: AjvInstance) => {
    const definition = instance.getKeyword('not');
    if (typeof definition === 'boolean') return addFormats.default(instance);
    // Validation stops at the first error, and an error of `not` is the least helpful, because it names no member.
    instance.removeKeyword('not').addKeyword({ ...definition, keyword: 'not', post: true });
    return addFormats.default(instance);
  };
  const ajv = customize(new Ajv({ strict: false, verbose: true, ...AJV_OPTIONS, ...options }));
  return {
    requests: (definition) =>
      new OpenAPIBackend({
        definition,
        // Tests prove that the document is valid. Validators are compiled when first needed.
        quick: true,
        strict: true,
        ajvOpts: { verbose: true, ...AJV_OPTIONS, ...options },
        customizeAjv: customize,
      }).init(),
    body: (schema) => ajv.compile(schema),
  };
}

const MAX_LISTED_VALUES = 8;

function errorText({ keyword, instancePath, message, params }: ErrorObject): string {
  const extra: unknown = params['additionalProperty'];
  const values: unknown = params['allowedValues'];
  const text = `body${instancePath} ${keyword === 'not' ? 'is what the document rules out' : message}`;
  if (typeof extra === 'string') return `${text}: \`${showPath(extra)}\``;
  if (!Array.isArray(values)) return text;
  const listed = values.slice(0, MAX_LISTED_VALUES).map((value) => showPath(JSON.stringify(value)));
  return `${text}: ${listed.join(', ')}`;
}

/** @param text `PreparedSchemas` as JSON */
export async function compileValidators(text: string, compiler: Compiler, keywords: Keywords): Promise<Validators> {
  const { validator, definition } = await compiler.requests(
    JSON.parse(text, keywords === 'documented' ? restoreKeywords : undefined),
  );
  const { paths, components } = definition as unknown as PreparedSchemas;
  const operations = new Map(
    Object.values(paths)
      .flatMap(Object.values<OperationSchemas>)
      .map((operation) => [operation.operationId, operation]),
  );
  return {
    schemasOf: (operationId) => {
      const operation = operations.get(operationId);
      if (operation === undefined) throw new Error(`the document has no operation \`${operationId}\``);
      return operation;
    },
    listRequestErrors: (operationId, request) => {
      const validators = validator.getRequestValidatorsForOperation(operationId) ?? [];
      return validators.find((validate) => !validate(request))?.errors ?? [];
    },
    describeBodyFault: (schema, body, isUnknown = () => false) => {
      const validate = compiler.body(schema);
      if (validate(body)) return null;
      const errors = (validate.errors ?? []).filter(({ data }) => !isUnknown(data));
      return errors.length === 0 ? null : errors.map(errorText).join(', ');
    },
    findErrorSchema: (name) => {
      const schema = own(components.schemas, name);
      if (schema === undefined) throw new Error(`the document has no \`${name}\` among its \`x-errors\``);
      return schema;
    },
  };
}

function restoreKeywords(_: string, value: unknown): unknown {
  const documented = memberOf(value, 'x-documented');
  return isRecord(value) && isRecord(documented) ? { ...value, ...documented, 'x-documented': undefined } : value;
}
