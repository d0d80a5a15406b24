import { UserError } from '../../../src/conformance-entry.ts';
import { toSafeLine } from './difference.ts';

/** The form of a part: an object with these members, a map of equal members, a list, or a schema. */
interface Form {
  readonly type: 'object' | 'array' | 'schema';
  readonly members?: Readonly<Record<string, Form>>;
  /** The form of every other member, or of every entry. */
  readonly memberForm?: Form;
  /** The maximum number of entries in a list. */
  readonly max?: number;
}

const LIST: Form = { type: 'array' };
/** Limited, because every path is compared with every server. */
const SERVERS: Form = { type: 'array', max: 100 };
const mapOf = (memberForm: Form): Form => ({ type: 'object', memberForm });
const listOf = (memberForm: Form): Form => ({ type: 'array', memberForm });

const MEDIA: Form = { type: 'object', members: { schema: { type: 'schema' } } };
const PARAMETER: Form = { type: 'object', members: { schema: { type: 'schema' }, content: mapOf(MEDIA) } };
const BODY: Form = { type: 'object', members: { content: mapOf(MEDIA) } };
const RESPONSE: Form = { type: 'object', members: { content: mapOf(MEDIA), headers: mapOf(PARAMETER) } };
const OPERATION: Form = {
  type: 'object',
  members: {
    parameters: listOf(PARAMETER),
    requestBody: BODY,
    responses: mapOf(RESPONSE),
    security: LIST,
    servers: SERVERS,
  },
};
/** The methods of OpenAPI. Other members of a path item are not operations. */
export const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'] as const;
const ITEM: Form = {
  type: 'object',
  members: {
    ...Object.fromEntries(METHODS.map((method) => [method, OPERATION])),
    parameters: listOf(PARAMETER),
    servers: SERVERS,
  },
};
const DOCUMENT: Form = {
  type: 'object',
  members: {
    paths: mapOf(ITEM),
    servers: SERVERS,
    security: LIST,
    components: {
      type: 'object',
      members: {
        schemas: mapOf({ type: 'schema' }),
        parameters: mapOf(PARAMETER),
        requestBodies: mapOf(BODY),
        responses: mapOf(RESPONSE),
        headers: mapOf(PARAMETER),
        pathItems: mapOf(ITEM),
        securitySchemes: mapOf({ type: 'object' }),
      },
    },
  },
};

const EXPECTED = { object: 'an object', array: 'a list', schema: 'a schema: an object, `true` or `false`' } as const;

/**
 * Checks the structure of a document down to its schemas. Otherwise, a malformed part would silently count as missing.
 *
 * @param name the document's name, for messages
 * @throws UserError with the place of the error
 */
export function checkStructure(root: object, name: string): void {
  check(root, DOCUMENT, [], name);
}

function check(part: unknown, form: Form, path: readonly string[], name: string): void {
  if (!hasForm(part, form)) {
    throw new UserError(`${name}: ${formatPointer(path)} is ${showPart(part)}. Expected ${EXPECTED[form.type]}.`);
  }
  if (form.type === 'schema') return;
  const { max = Number.POSITIVE_INFINITY } = form;
  if (Array.isArray(part) && part.length > max)
    throw new UserError(`${name}: ${formatPointer(path)} has ${part.length} entries. Expected at most ${max}.`);
  for (const [member, value] of Object.entries(part as object)) {
    if (member.startsWith('x-')) continue;
    const inner = form.members?.[member] ?? form.memberForm;
    if (inner !== undefined && value !== undefined) check(value, inner, [...path, member], name);
  }
}

function hasForm(part: unknown, { type }: Form): boolean {
  if (type === 'array') return Array.isArray(part);
  return (
    (typeof part === 'object' && part !== null && !Array.isArray(part)) ||
    (type === 'schema' && typeof part === 'boolean')
  );
}

function formatPointer(path: readonly string[]): string {
  return `\`#/${toSafeLine(path.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/'), 300)}\``;
}

function showPart(part: unknown): string {
  return toSafeLine(JSON.stringify(part) ?? 'missing', 60);
}
