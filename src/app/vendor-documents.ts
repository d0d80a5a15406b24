import { readDocument } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { adviseName } from '../core/nearest.ts';
import { isRecord } from '../core/own.ts';
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
  try {
    const { operations, schemas } = prepared(complete(document, paths), { isVendors: true });
    const text = JSON.stringify(schemas, (name, value) => (name === 'pattern' ? patternOf(value) : value));
    const read = async () => ({ operations: JSON.stringify(operations), schemas: async () => text });
    const opened = await new Documents().open(name, read);
    await opened.ready();
    return new VendorDocument(name, opened, basePathOf(document));
  } catch (cause) {
    throw new Unusable(`${name} cannot be used: ${cause instanceof Error ? cause.message : cause}.`, { cause });
  }
}

/**
 * A pattern of Java may escape what needs none, such as `\\_`, which is no regular expression with the flag `u` that Ajv
 * sets.
 */
function patternOf(pattern: unknown): unknown {
  return typeof pattern === 'string'
    ? pattern.replace(/\\(?:([_"'<>@#%&=~`!:;,])|.)/gsu, (all, one = all) => one)
    : pattern;
}

/** The document with nothing but operations in its paths, each with an id. */
function complete(document: object, paths: Readonly<Record<string, unknown>>): object {
  const whole = Object.entries(paths).map(([path, item]) => {
    const members = Object.entries(isRecord(item) ? item : {}).flatMap(([name, member]) => {
      if (name === 'parameters') return [[name, member]];
      return METHODS.includes(name) && isRecord(member)
        ? [[name, { security: [], ...member, operationId: `${name} ${path}`, 'x-alias-of': `${name} ${path}` }]]
        : [];
    });
    return [path, Object.fromEntries(members)];
  });
  return { ...document, paths: Object.fromEntries(whole) };
}

/** The path of its first server: `/api/v1` of `https://app.example/api/v1`. */
function basePathOf({ servers }: { readonly servers?: unknown }): string {
  const [first] = Array.isArray(servers) ? servers : [];
  const url = isRecord(first) && typeof first['url'] === 'string' ? first['url'] : '';
  const [, path = ''] = /^(?:https?:\/\/[^/]*)?(\/.*)?$/.exec(url) ?? [];
  return path.replace(/\/$/, '');
}
