import { describeNeeds } from '../../../src/console-entry.ts';
import { ask } from '../control-api/client.ts';
import { readInfo } from './info.ts';
import { createQueries } from './query.ts';

/** The certainty of a row of a ruleset. */
export type Certainty = 'documented' | 'implied' | 'observed' | 'inferred' | 'contradicted' | 'ours' | 'unknown';

interface Sourced {
  readonly source: string;
  readonly certainty: Certainty;
}

export interface Rule extends Sourced {
  readonly id: string;
  readonly label: string;
  readonly needs: {
    readonly all?: readonly string[];
    readonly any?: readonly string[];
    /** All of these are required. */
    readonly roles?: readonly string[];
    /** Any of these replaces the rights. */
    readonly orRoles?: readonly string[];
  };
  /** The resource types that a key may be bound to. */
  readonly on?: readonly string[];
  readonly closed?: true;
}

/** A scope or permission. */
export interface Grant extends Sourced {
  readonly id: string;
  readonly label: string;
  /** The ids of the only resource types it works with. */
  readonly onlyOn?: readonly string[];
}

export interface Role extends Sourced {
  readonly name: string;
  readonly grants: readonly string[];
}

export interface ResourceType extends Sourced {
  readonly id: string;
  readonly label: string;
  /** The form of its ids; null if it takes none. */
  readonly names: string | null;
}

export interface Operation extends Sourced {
  readonly id: string;
  readonly rule: string;
}

/** The rules of a service: `GET /_mock/tables/{service}`. */
export interface Ruleset {
  readonly service: string;
  /** The product of NGC keys, if keys are for this service. */
  readonly product?: string;
  /** For a service called with keys for other services: the service that a key must have, by key type. */
  readonly keyServices?: Readonly<Record<'personal-key' | 'service-key', string>>;
  readonly profile: string | null;
  /** The vendor's term for a right. */
  readonly term: 'scope' | 'permission';
  readonly rules: readonly Rule[];
  readonly operations: readonly Operation[];
  readonly grants: readonly Grant[];
  readonly roles: readonly Role[];
  readonly resourceTypes?: readonly ResourceType[];
  /** Completes “a key without a resource ...” for service keys. Absent if resources do not matter. */
  readonly unbound?: string;
}

/** Describes the needs of an operation, like the API documents. */
export function describeOperationNeeds(ruleset: Ruleset, operation: Operation): ReturnType<typeof describeNeeds> {
  return describeNeeds({ ...ruleset, permissions: ruleset.grants }, operation);
}

/** Services with a different name in keys. */
const SERVICES_BY_KEY_NAME: ReadonlyMap<string, string> = new Map([['public-api', 'catalogue']]);

/** Returns the service for its name in keys. */
export function serviceOfKey(name: string): string {
  return SERVICES_BY_KEY_NAME.get(name) ?? name;
}

/** Returns the name of a service in keys of this type; undefined if there are no such keys. */
export function nameInKeys(
  { service, product, keyServices }: Ruleset,
  type: 'personal' | 'service',
): string | undefined {
  if (product !== undefined) return service;
  return type === 'personal' ? keyServices?.['personal-key'] : undefined;
}

/** Reads the ruleset of a service. */
export const rulesetOf = createQueries((service) => ask<Ruleset>('GET', `/_mock/tables/${service}`));

interface DocumentedOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly required?: boolean }[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

const documentOf = createQueries((service) => ask<Document>('GET', `/openapi/${service}.json`));

/** A request described in a document. */
export interface DocumentedRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** A short description. */
  readonly summary: string;
  /** Whether it needs no parameters. */
  readonly isPlain: boolean;
}

/** Returns the requests described in the document of a service, in its order. */
export async function fetchRequests(service: string): Promise<readonly DocumentedRequest[]> {
  const { paths } = await documentOf(service);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([name, { operationId: operation, summary, parameters = [] }]) => {
      if (operation === undefined) return [];
      const isPlain = !path.includes('{') && !parameters.some(({ required }) => required);
      return [{ operation, method: name.toUpperCase(), path, summary: summary ?? formatOperation(operation), isPlain }];
    }),
  );
}

/** An operation with a title for lists. */
export interface NamedOperation {
  readonly service: string;
  readonly id: string;
  /** `Create a function · POST /v2/nvcf/functions`. */
  readonly title: string;
}

/** Reads the operations of all services, in document order. */
export async function readOperations(): Promise<readonly NamedOperation[]> {
  return (await Promise.all((await readServices()).map(namedOperations))).flat();
}

async function namedOperations(service: string): Promise<readonly NamedOperation[]> {
  const [{ operations }, requests] = await Promise.all([rulesetOf(service), fetchRequests(service)]);
  const titles = new Map(
    requests.map(({ operation, method, path, summary }) => [operation, `${summary} · ${method} ${path}`]),
  );
  return operations.map(({ id }) => ({ service, id, title: titles.get(id) ?? formatOperation(id) }));
}

/** Turns an operation id into words: `createFunction` and `create_function` become "Create function". */
function formatOperation(operation: string): string {
  const words = operation.replaceAll('_', ' ').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/^./, (first) => first.toUpperCase());
}

/** Returns the documented request of an operation; null if there is none. */
export async function fetchRequest(service: string, operation: string): Promise<DocumentedRequest | null> {
  return (await fetchRequests(service)).find((request) => request.operation === operation) ?? null;
}

/** Returns the path of the documentation page of an operation, below the world. */
export async function findDocumentPage(service: string, operation: string): Promise<string> {
  const { paths } = await documentOf(service);
  const all = Object.values(paths).flatMap((methods) => Object.values(methods));
  const [tag] = all.find(({ operationId }) => operationId === operation)?.tags ?? [];
  return `/docs/${service}/${tag === undefined ? '' : `#/${encodeURIComponent(tag)}/${operation}`}`;
}

/** Reads the names of the server's services. */
export async function readServices(): Promise<readonly string[]> {
  return (await readInfo()).services.map(({ name }) => name);
}
