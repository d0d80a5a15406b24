import { readFileSync } from 'node:fs';

/** The parts of OpenAPI 3.0 schemas from which requests are made. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  /** For a list in the query; false: one comma-separated value. */
  readonly explode?: boolean;
  readonly schema: Schema;
}

/** An operation of a document, with resolved references except for schemas. */
export interface Operation {
  readonly service: string;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Matches the paths of its requests. */
  readonly pattern: RegExp;
  readonly isPublic: boolean;
  readonly parameters: readonly Parameter[];
  /** Null if it has none. */
  readonly body: { readonly mediaType: string; readonly schema: Schema; readonly required: boolean } | null;
  /** Media types of each response with pointers to their schemas; empty if it has no body. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Document {
  /** `air.2.0` */
  readonly name: string;
  readonly whole: object;
  readonly operations: readonly Operation[];
  resolved(schema: Schema): Schema;
}

type Raw = Readonly<Record<string, unknown>>;

/** Reads a document of the build. @param name `air.2.0` */
export function readDocument(name: string): Document {
  const whole: Raw = JSON.parse(readFileSync(new URL(`../../dist/openapi/${name}.json`, import.meta.url), 'utf8'));
  const at = (pointer: string): Raw =>
    pointer
      .slice(2)
      .split('/')
      .reduce<unknown>((part, step) => (part as Raw)[unescaped(step)], whole) as Raw;
  const target = (pointer: string): string => {
    const { $ref } = at(pointer) as { readonly $ref?: string };
    return $ref === undefined ? pointer : target($ref);
  };
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : resolved(at(schema.$ref) as Schema);
  const [service = name] = name.split('.');
  const operations = Object.entries(whole['paths'] as Readonly<Record<string, Raw>>).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((method) => method !== 'parameters')
      .map((method): Operation => {
        const place = `#/paths/${escaped(path)}/${method}`;
        const raw = at(place);
        const listed = [...((item['parameters'] as Raw[]) ?? []), ...((raw['parameters'] as Raw[]) ?? [])];
        const security = (raw['security'] ?? whole['security'] ?? []) as readonly unknown[];
        return {
          service,
          id: String(raw['operationId']),
          method: method.toUpperCase(),
          path,
          pattern: patternOf(path, service === 'air'),
          isPublic: security.length === 0,
          parameters: listed.map((one) => (typeof one['$ref'] === 'string' ? at(one['$ref']) : one)).map(parameterOf),
          body: 'requestBody' in raw ? bodyOf(at(target(`${place}/requestBody`))) : null,
          responses: Object.fromEntries(
            Object.keys(raw['responses'] as Raw).map((status) => {
              const pointer = target(`${place}/responses/${status}`);
              const types = Object.keys((at(pointer)['content'] as Raw | undefined) ?? {});
              return [
                status,
                Object.fromEntries(types.map((type) => [type, `${pointer}/content/${escaped(type)}/schema`])),
              ];
            }),
          ),
        };
      }),
  );
  return { name, whole, operations, resolved };
}

/** Returns the operation for a request. With several matches, the path with the fewest parameters wins. */
export function operationAt(operations: readonly Operation[], method: string, path: string): Operation | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const parameters = (one: Operation) => one.path.split('{').length;
  const found = operations.filter((one) => one.pattern.test(path));
  // A path without parameters is never an id in another path, whatever its methods.
  const fewest = Math.min(...found.map(parameters));
  return found.find((one) => one.method === wanted && parameters(one) === fewest);
}

function parameterOf(raw: Raw): Parameter {
  const { name, in: place, required, explode, schema = {} } = raw as unknown as Parameter;
  return {
    name,
    in: place,
    schema,
    ...(required !== undefined && { required }),
    ...(explode !== undefined && { explode }),
  };
}

function bodyOf(raw: Raw): Operation['body'] {
  const [[mediaType, { schema = {} }] = ['application/json', {}]] = Object.entries(
    raw['content'] as Readonly<Record<string, { readonly schema?: Schema }>>,
  );
  return { mediaType, schema, required: raw['required'] === true };
}

/** Segments cannot be empty. */
function patternOf(path: string, eitherSlash: boolean): RegExp {
  const escapedPath = path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${escapedPath}${eitherSlash && path.endsWith('/') ? '?' : ''}$`);
}

/** RFC 6901, 3. */
function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(step: string): string {
  return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
}
