import { describeNeeds } from '../../../src/console-entry.ts';
import { ask } from '../control-api/client.ts';
import { readInfo } from './info.ts';
import { queries } from './query.ts';

/** How sure a row of the ruleset is, as every table of the mock says. */
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
    /** Each of these is needed. */
    readonly roles?: readonly string[];
    /** Any of these replaces the rights. */
    readonly orRoles?: readonly string[];
  };
  /** The resource types that a key may be bound to for it. */
  readonly on?: readonly string[];
  readonly closed?: true;
}

/** A scope or permission. */
export interface Grant extends Sourced {
  readonly id: string;
  readonly label: string;
  /** It goes only with these resource types, by id. */
  readonly onlyOn?: readonly string[];
}

export interface Role extends Sourced {
  readonly name: string;
  readonly grants: readonly string[];
}

export interface ResourceType extends Sourced {
  readonly id: string;
  readonly label: string;
  /** The form of the ids that it takes; null: it takes none. */
  readonly names: string | null;
}

export interface Operation extends Sourced {
  readonly id: string;
  readonly rule: string;
}

/** What a service demands: `GET /_mock/tables/{service}`. */
export interface Ruleset {
  readonly service: string;
  /** The key types of NGC, if they matter here. */
  readonly product?: string;
  /** For a service that keys for others may call: the service that a key must be for. */
  readonly keyServices?: Readonly<Record<'personal-key' | 'service-key', string>>;
  readonly profile: string | null;
  /** What the vendor calls a right. */
  readonly term: 'scope' | 'permission';
  readonly rules: readonly Rule[];
  readonly operations: readonly Operation[];
  readonly grants: readonly Grant[];
  readonly roles: readonly Role[];
  readonly resourceTypes?: readonly ResourceType[];
  /** Ends the sentence “a key without a resource ...” of a service key; absent where resources do not matter. */
  readonly unbound?: string;
}

/** What an operation needs, as the API documents say it. */
export function needsIn(ruleset: Ruleset, operation: Operation): ReturnType<typeof describeNeeds> {
  return describeNeeds({ ...ruleset, permissions: ruleset.grants }, operation);
}

/** The services that keys call by other names. */
const CALLED_BY_KEYS: ReadonlyMap<string, string> = new Map([['public-api', 'catalogue']]);

/** The service that a key for this one may call. */
export function serviceOfKey(name: string): string {
  return CALLED_BY_KEYS.get(name) ?? name;
}

/** The service's name in keys of this type; undefined if there are no such keys. */
export function nameInKeys(
  { service, product, keyServices }: Ruleset,
  type: 'personal' | 'service',
): string | undefined {
  if (product !== undefined) return service;
  return type === 'personal' ? keyServices?.['personal-key'] : undefined;
}

/** The ruleset of a service. */
export const rulesetOf = queries((service) => ask<Ruleset>('GET', `/_mock/tables/${service}`));

interface DocumentedOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly required?: boolean }[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

const documentOf = queries((service) => ask<Document>('GET', `/openapi/${service}.json`));

/** A request that a document describes. */
export interface DocumentedRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** Does it need no parameter? */
  readonly isPlain: boolean;
}

/** The requests that the document of a service describes, in its order. */
export async function fetchRequests(service: string): Promise<readonly DocumentedRequest[]> {
  const { paths } = await documentOf(service);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([name, { operationId: operation, summary, parameters = [] }]) => {
      if (operation === undefined) return [];
      const isPlain = !path.includes('{') && !parameters.some(({ required }) => required);
      return [{ operation, method: name.toUpperCase(), path, summary: summary ?? inWords(operation), isPlain }];
    }),
  );
}

/** An operation as people choose it from a list. */
export interface NamedOperation {
  readonly service: string;
  readonly id: string;
  /** `Create a function · POST /v2/nvcf/functions`. */
  readonly title: string;
}

/** The operations of all services, in the order of their documents. */
export async function readOperations(): Promise<readonly NamedOperation[]> {
  return (await Promise.all((await readServices()).map(namedOperations))).flat();
}

async function namedOperations(service: string): Promise<readonly NamedOperation[]> {
  const [{ operations }, requests] = await Promise.all([rulesetOf(service), fetchRequests(service)]);
  const titles = new Map(
    requests.map(({ operation, method, path, summary }) => [operation, `${summary} · ${method} ${path}`]),
  );
  return operations.map(({ id }) => ({ service, id, title: titles.get(id) ?? inWords(id) }));
}

/** The name of an operation as words: `createFunction` and `create_function` are "Create function". */
function inWords(operation: string): string {
  const words = operation.replaceAll('_', ' ').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/^./, (first) => first.toUpperCase());
}

/** The request of an operation, as the document of its service has it; null if it has none. */
export async function fetchRequest(service: string, operation: string): Promise<DocumentedRequest | null> {
  return (await fetchRequests(service)).find((request) => request.operation === operation) ?? null;
}

/** The page of the documents that shows an operation: the path of the page, below the world. */
export async function documentPage(service: string, operation: string): Promise<string> {
  const { paths } = await documentOf(service);
  const all = Object.values(paths).flatMap((methods) => Object.values(methods));
  const [tag] = all.find(({ operationId }) => operationId === operation)?.tags ?? [];
  return `/docs/${service}/${tag === undefined ? '' : `#/${encodeURIComponent(tag)}/${operation}`}`;
}

/** The names of the services that this server has. */
export async function readServices(): Promise<readonly string[]> {
  return (await readInfo()).services.map(({ name }) => name);
}
