import { isRecord, memberOf, parseJsonOrNull } from '../../../src/conformance-entry.ts';
import { credentialOf, fillClient, isOrganisation, type Side } from './credentials.ts';
import { isUuid } from './normalise.ts';
import { type Operation, type Operations, variablesOf } from './operations.ts';
import { isRead, type Plan, UNKNOWN_ID } from './plan.ts';
import type { PlannedRequest, ServiceResponse } from './types.ts';

/** Separators between the parts of a URL that may be ids. */
const SEPARATOR = /[/?&=]/;

/** Sends a request to a side, with that side's URL and credential. */
export type Send = (request: PlannedRequest, url: string, credential: string | null) => Promise<ServiceResponse>;

/** A request as sent to one side, and the response. */
export interface SentRequest {
  readonly response: ServiceResponse;
  /** The URL with the ids of this side. */
  readonly url: string;
  /** Whether the path refers to an object that the comparison created on both sides. */
  readonly isCreated: boolean;
  /** Whether the account has every object in the path, according to its lists. */
  readonly hasAllObjects: boolean;
}

/**
 * An account on one side. The requests of a plan contain ids of a different account, which are replaced: reads use an object
 * that the comparison created, or the first one of the list. Writes only use objects that the comparison created.
 */
export class Account {
  readonly #side: Side;
  readonly #send: Send;
  readonly #operations: Operations;
  readonly #plan: Plan;
  /** Entries of lists, by the path of the list. */
  readonly #lists = new Map<string, readonly unknown[] | null>();
  /** Replacement ids of the account for ids of the plan; undefined if no list has a replacement. */
  readonly #replacements = new Map<string, string | undefined>();
  /** The most recently created ids, by collection path as in the document. */
  readonly #createdIds = new Map<string, string>();
  /** The paths for deleting objects that were created and not deleted yet. */
  readonly #remaining = new Set<string>();
  readonly #unconfirmed: string[] = [];

  constructor(side: Side, plan: Plan, operations: Operations, send: Send) {
    this.#side = side;
    this.#plan = plan;
    this.#operations = operations;
    this.#send = send;
  }

  /** Sends the request, or returns the reason why it cannot be sent to this side. */
  async send(request: PlannedRequest): Promise<SentRequest | string> {
    const credential = credentialOf(this.#side, request.credential);
    if (credential === undefined) return 'it has no expired credential (see NV_AUTH_MOCK_COMPARE_EXPIRED_TOKEN)';
    const operation = this.#operations.find(request.method, request.url);
    const url = operation === undefined ? request.url : await this.#createUrl(request, operation);
    if (url === null) return isRead(request.method) ? 'no such object is known' : 'no such object could be created';
    const isCreated =
      operation !== undefined && variablesOf(operation).some(({ collection }) => this.#createdIds.has(collection));
    const sent = { ...request, body: fillClient(this.#side, request.body) };
    const response = await this.#send(sent, url, credential).catch((error: unknown) => {
      if (
        request.credential === 'valid' &&
        operation !== undefined &&
        this.#operations.deletionOf(operation) !== undefined
      )
        this.#unconfirmed.push(`anything created by ${request.method} ${url}, which got no response`);
      throw error;
    });
    if (operation !== undefined) this.#recordCreated(operation, url, response);
    const hasAllObjects = !request.url.split(SEPARATOR).some((segment) => this.#lacksReplacement(segment));
    return { response, url, isCreated, hasAllObjects };
  }

  /** Deletes what was created, newest first. @returns the requests for deleting what is left */
  async cleanUp(): Promise<readonly string[]> {
    const remaining = [...this.#unconfirmed];
    for (const url of [...this.#remaining].reverse()) {
      const request = { name: url, method: 'DELETE', url, credential: 'valid', mediaType: null, body: '' } as const;
      const status = await this.#send(request, url, this.#side.token).then(
        ({ status }) => status,
        () => 0,
      );
      if (status >= 200 && status < 300) this.#remaining.delete(url);
      else if (status !== 404 && status !== 410) remaining.push(`DELETE ${url}`);
    }
    return remaining;
  }

  /**
   * Returns the URL with the ids of this account, or null if an id has no replacement. Path segments after `lastSegment` keep
   * the ids of the plan.
   */
  async #createUrl(
    { method, url }: PlannedRequest,
    operation: Operation,
    lastSegment = Infinity,
  ): Promise<string | null> {
    const [path = '', ...query] = url.split('?');
    const segments = path.split('/');
    const { org } = this.#side;
    if (org != null)
      for (const [at, segment] of segments.entries())
        if (isOrganisation(segments[at - 1])) segments[at] = encodeURIComponent(org) || segment;
    for (const { at, name, collection } of variablesOf(operation)) {
      const plannedId = segments[at] ?? '';
      if (plannedId === UNKNOWN_ID || at > lastSegment) continue;
      const createdId = this.#createdIds.get(collection);
      const list = { path: listPath(segments.join('/'), at), plannedPath: listPath(path, at) };
      const id =
        createdId === undefined && isRead(method) ? await this.#findListedId(list, name, plannedId) : createdId;
      if (id === undefined) return null;
      segments[at] = encodeURIComponent(id);
    }
    return [segments.join('/'), ...(query.length === 0 ? [] : [await this.#createQuery(query.join('?'))])].join('?');
  }

  async #createQuery(query: string): Promise<string> {
    if (this.#side.hasIds === true) return query;
    const parts = query.split(/([&=])/);
    const found = await Promise.all(parts.map((part) => (isUuid(part) ? this.#findReplacement(part) : part)));
    return found.map((part, at) => part ?? parts[at]).join('');
  }

  /** Returns the id if the account may have it, otherwise a replacement; undefined if there is none. */
  async #findListedId(list: ListPaths, name: string, plannedId: string): Promise<string | undefined> {
    if (this.#side.hasIds === true) return decodeSegment(plannedId);
    const replacement = isUuid(plannedId) ? await this.#findReplacement(plannedId) : undefined;
    if (replacement !== undefined) return replacement;
    const entries = await this.#readList(list);
    if (entries === null) return (await this.#findReplacement(plannedId)) ?? decodeSegment(plannedId);
    const ids = entries.map((entry) => readId(entry, name));
    return ids.find((id) => id === decodeSegment(plannedId)) ?? ids.find((id) => id !== undefined);
  }

  /** Returns the account's replacement for an id of the plan, if the plan lists such objects. */
  async #findReplacement(plannedId: string): Promise<string | undefined> {
    // Set first to stop the recursion: the path of its list may contain the id as well.
    if (!this.#replacements.has(plannedId)) {
      this.#replacements.set(plannedId, undefined);
      this.#replacements.set(plannedId, await this.#searchReplacement(plannedId));
    }
    return this.#replacements.get(plannedId);
  }

  #lacksReplacement(plannedId: string): boolean {
    return isUuid(plannedId) && this.#replacements.has(plannedId) && this.#replacements.get(plannedId) === undefined;
  }

  /**
   * Returns the id itself if a list of the account has it, otherwise the first id of a list. The replacement holds for the whole
   * plan, so that requests that refer to one object still do.
   */
  async #searchReplacement(plannedId: string): Promise<string | undefined> {
    let other: string | undefined;
    for (const request of this.#plan.requests) {
      const path = request.url.split('?', 1)[0] ?? '';
      const at = path.split('/').indexOf(plannedId);
      if (at < 0 || this.#findListRequest(listPath(path, at)) === undefined) continue;
      const operation = this.#operations.find(request.method, request.url);
      // As for a read: a write would use only objects that the comparison created.
      const url = operation && (await this.#createUrl({ ...request, method: 'GET' }, operation, at));
      const id = url?.split(/[/?]/)[at];
      if (id === plannedId) return id;
      other ??= id;
    }
    return other;
  }

  #findListRequest(path: string): PlannedRequest | undefined {
    return this.#plan.requests.find(
      ({ method, credential, url }) => method === 'GET' && credential === 'valid' && url.split('?', 1)[0] === path,
    );
  }

  /** Returns null if the plan has no such list, or if the account cannot read it. */
  async #readList({ path, plannedPath }: ListPaths): Promise<readonly unknown[] | null> {
    const cached = this.#lists.get(path);
    if (cached !== undefined) return cached;
    const request = this.#findListRequest(plannedPath);
    const query = request?.url.slice(plannedPath.length) ?? '';
    const response = request && (await this.#send(request, `${path}${query}`, this.#side.token));
    const entries = response !== undefined && response.status < 300 ? readEntries(response.text) : null;
    this.#lists.set(path, entries);
    return entries;
  }

  #recordCreated(operation: Operation, url: string, { status, text }: ServiceResponse): void {
    if (operation.method === 'DELETE' && status < 300) this.#remaining.delete(url);
    const deletion = this.#operations.deletionOf(operation);
    if (deletion === undefined || status >= 300) return;
    const segments = [...url.split('?', 1)].flatMap((path) => path.split('/'));
    const path = [...deletion.path];
    for (const [at, segment] of path.entries()) path[at] = segments[at] || segment;
    for (const { at, name, collection } of variablesOf(deletion)) {
      if (at < operation.path.length && operation.path[at] !== '') continue;
      const id = readId(parseJsonOrNull(text), name);
      if (id === undefined) {
        this.#unconfirmed.push(`an object created by POST ${url}: the response has no id`);
        return;
      }
      this.#createdIds.set(collection, id);
      path[at] = encodeURIComponent(id);
    }
    this.#remaining.add(path.join('/'));
  }
}

/** The path of a list: with ids of the account, and as in the plan. */
interface ListPaths {
  readonly path: string;
  readonly plannedPath: string;
}

/** Returns the path of the list that a path segment belongs to. */
function listPath(path: string, at: number): string {
  return `${path.split('/').slice(0, at).join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** Returns the id of an object or of an object nested in it: a member with the variable's name, or `id` or `uuid`. */
function readId(entry: unknown, name: string): string | undefined {
  const candidates = [entry, ...(isRecord(entry) ? Object.values(entry).filter(isRecord) : [])];
  for (const member of [name, 'id', 'uuid'])
    for (const candidate of candidates) {
      const id = memberOf(candidate, member);
      if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id);
    }
  return undefined;
}

/** Returns the list in a response, or null. */
function readEntries(text: string): readonly unknown[] | null {
  const body = parseJsonOrNull(text);
  const lists = (isRecord(body) && !Array.isArray(body) ? Object.values(body) : [body]).filter((one) =>
    Array.isArray(one),
  );
  return lists.length === 1 ? (lists[0] ?? null) : null;
}

/** Returns the segments of the first URL that differ from the second. */
export function differingIds(url: string, other: string): readonly string[] {
  const segments = other.split(SEPARATOR);
  return url.split(SEPARATOR).flatMap((segment, at) => (segment === segments[at] ? [] : [decodeSegment(segment)]));
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
