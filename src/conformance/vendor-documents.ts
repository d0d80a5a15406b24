import { readDocument } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { essenceOf } from '../core/media-type.ts';
import { adviseName } from '../core/nearest.ts';
import { isRecord, memberOf } from '../core/own.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';
import { VendorDocument } from '../http/openapi/vendor-document.ts';
import { Documents } from '../http/openapi.ts';

/** The methods of OpenAPI. Other members of a path are no operations. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * The vendors' documents that `--spec-of` names.
 *
 * @throws Unusable if one cannot be read, is no OpenAPI 3, or belongs to no service
 */
export async function vendorDocumentsFrom(
  { specOf }: Config,
  services: readonly ServiceDefinition[],
): Promise<ReadonlyMap<string, VendorDocument>> {
  const opened = specOf.map(async (text): Promise<[string, VendorDocument]> => {
    const at = text.indexOf('=');
    const service = text.slice(0, at);
    const names = services.map(({ name }) => name);
    if (!names.includes(service)) {
      throw new Unusable(`--spec-of ${showValue(text)} names no service.${adviseName(service, names)}`);
    }
    const content = await readDocument(text.slice(at + 1), '--spec-of');
    return [service, await openVendorDocument(content, `--spec-of ${showValue(text)}`)];
  });
  return new Map(await Promise.all(opened));
}

/**
 * Prepares a vendor's document, so that its operations judge requests and answers.
 *
 * @param name for messages
 * @throws Unusable if it is no OpenAPI 3
 */
export async function openVendorDocument(content: unknown, name: string): Promise<VendorDocument> {
  const document = isRecord(content) ? content : {};
  const { openapi, paths } = document;
  if (!isRecord(paths)) throw new Unusable(`${name} is not an OpenAPI document: it has no \`paths\`.`);
  if (typeof openapi !== 'string' || !openapi.startsWith('3.')) {
    throw new Unusable(`${name} has OpenAPI version ${String(openapi)}. Expected version 3.`);
  }
  // The build prepares our own documents with it.
  const { prepared } = await import('../../scripts/documents/prepared.mjs');
  const { targetOf } = await import('../../scripts/documents/resolved.mjs');
  try {
    const complete = completed(document, paths, (reference) => targetOf(document, reference));
    const { operations, schemas } = prepared(asOurs(complete), { isVendors: true });
    const read = async () => ({ operations: JSON.stringify(operations), schemas: async () => JSON.stringify(schemas) });
    const opened = await new Documents().open(name, read);
    await opened.ready();
    return new VendorDocument(name, opened, basePathOf(document));
  } catch (cause) {
    throw new Unusable(`${name} cannot be used: ${cause instanceof Error ? cause.message : cause}.`, { cause });
  }
}

/** The document with nothing but operations in its paths, each with an id: its own one if no other has it. */
function completed(
  document: object,
  paths: Readonly<Record<string, unknown>>,
  targetOf: (reference: string) => unknown,
): object {
  const ids = new Set<unknown>();
  const whole = Object.entries(paths).map(([path, written]) => {
    const reference = isRecord(written) ? written['$ref'] : undefined;
    const item = typeof reference === 'string' ? targetOf(reference) : written;
    const members = Object.entries(isRecord(item) ? item : {}).flatMap(([name, member]) => {
      if (name === 'parameters') return [[name, member]];
      if (!METHODS.includes(name) || !isRecord(member)) return [];
      const { operationId: own } = member;
      const id = typeof own === 'string' && !ids.has(own) ? own : `${name} ${path}`;
      ids.add(id);
      return [[name, { security: [], ...member, operationId: id, 'x-alias-of': id }]];
    });
    return [path, Object.fromEntries(members)];
  });
  return { ...document, paths: Object.fromEntries(whole) };
}

/** Headers that OpenAPI describes elsewhere: a parameter of such a name means nothing. */
const ELSEWHERE = /^(?:accept|content-type|authorization)$/i;

/** A part of a document in the forms that ours have: media types by their names alone, and null as a type of its own. */
function asOurs(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(asOurs);
  if (!isRecord(part)) return part;
  const members = Object.entries(part).map(([name, value]): [string, unknown] => [
    name,
    asOurs(name === 'content' && isRecord(value) ? byMediaType(value) : value),
  ]);
  if (part['in'] === 'header' && ELSEWHERE.test(String(part['name']))) return { ...part, required: false, schema: {} };
  const { nullable, ...schema } = Object.fromEntries(members);
  if (typeof nullable !== 'boolean' || 'type' in schema) return Object.fromEntries(members);
  return nullable ? { anyOf: [{ type: 'null' }, schema] } : schema;
}

function byMediaType(content: Readonly<Record<string, unknown>>): object {
  // A member of a schema can be called `content`.
  const named = (type: string) => (type.includes('/') ? (essenceOf(type) ?? type) : type);
  return Object.fromEntries(Object.entries(content).map(([type, media]) => [named(type), media]));
}

/** The path of its first server: `/api/v1` of `https://app.example/api/v1`. */
function basePathOf({ servers }: { readonly servers?: unknown }): string {
  const [first] = Array.isArray(servers) ? servers : [];
  const { url, variables } = isRecord(first) ? first : {};
  const filled = String(url ?? '').replaceAll(/\{([^{}]*)\}/g, (_, name) =>
    String(memberOf(memberOf(variables, name), 'default') ?? ''),
  );
  const [, path = ''] = /^(?:https?:\/\/[^/]*)?(\/.*)?$/.exec(filled) ?? [];
  return path.replace(/\/$/, '');
}
