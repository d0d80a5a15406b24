import { isRecord, memberOf } from '../../../src/conformance-entry.ts';
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
  readonly #elsewhere = new Map<string, string | undefined>();
  /** The most recently created ids, by collection path as in the document. */
  readonly #made = new Map<string, string>();
  /** The paths for deleting objects that were created and not deleted yet. */
  readonly #remaining = new Set<string>();
  readonly #lost: string[] = [];

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
    const called = this.#operations.find(request.method, request.url);
    const url = called === undefined ? request.url : await this.#urlFor(request, called);
    if (url === null) return isRead(request.method) ? 'no such object is known' : 'no such object could be created';
    const isCreated = called !== undefined && variablesOf(called).some(({ collection }) => this.#made.has(collection));
    const sent = { ...request, body: fillClient(this.#side, request.body) };
    const response = await this.#send(sent, url, credential).catch((error: unknown) => {
      if (request.credential === 'valid' && called !== undefined && this.#operations.deletionOf(called) !== undefined)
        this.#lost.push(`anything created by ${request.method} ${url}, which got no response`);
      throw error;
    });
    if (called !== undefined) this.#keep(called, url, response);
    const hasAllObjects = !request.url.split(SEPARATOR).some((segment) => this.#isUnknown(segment));
    return { response, url, isCreated, hasAllObjects };
  }

  /** Deletes what was created, newest first. @returns the requests for deleting what is left */
  async cleanUp(): Promise<readonly string[]> {
    const left = [...this.#lost];
    for (const url of [...this.#remaining].reverse()) {
      const request = { name: url, method: 'DELETE', url, credential: 'valid', mediaType: null, body: '' } as const;
      const status = await this.#send(request, url, this.#side.token).then(
        ({ status }) => status,
        () => 0,
      );
      if (status >= 200 && status < 300) this.#remaining.delete(url);
      else if (status !== 404 && status !== 410) left.push(`DELETE ${url}`);
    }
    return left;
  }

  /** Returns the path with the ids of this account, up to the segment `last`; null if an id has no replacement. */
  async #urlFor({ method, url }: PlannedRequest, called: Operation, last = Infinity): Promise<string | null> {
    const [path = '', ...query] = url.split('?');
    const segments = path.split('/');
    const { org } = this.#side;
    if (org != null)
      for (const [at, segment] of segments.entries())
        if (isOrganisation(segments[at - 1])) segments[at] = encodeURIComponent(org) || segment;
    for (const { at, name, collection } of variablesOf(called)) {
      const given = segments[at] ?? '';
      if (given === UNKNOWN_ID || at > last) continue;
      const list = listOf(segments.join('/'), at);
      const made = this.#made.get(collection);
      const id = made === undefined && isRead(method) ? await this.#listed(list, path, at, name, given) : made;
      if (id === undefined) return null;
      segments[at] = encodeURIComponent(id);
    }
    return [segments.join('/'), ...(query.length === 0 ? [] : [await this.#queryFor(query.join('?'))])].join('?');
  }

  async #queryFor(query: string): Promise<string> {
    if (this.#side.hasIds === true) return query;
    const parts = query.split(/([&=])/);
    const found = await Promise.all(parts.map((part) => (isUuid(part) ? this.#idElsewhere(part) : part)));
    return found.map((part, at) => part ?? parts[at]).join('');
  }

  /** Returns the id if the account may have it, otherwise a replacement; undefined if there is none. */
  async #listed(list: string, path: string, at: number, name: string, given: string): Promise<string | undefined> {
    if (this.#side.hasIds === true) return decoded(given);
    const same = isUuid(given) ? await this.#idElsewhere(given) : undefined;
    if (same !== undefined) return same;
    const entries = await this.#entriesOf(list, listOf(path, at));
    if (entries === null) return (await this.#idElsewhere(given)) ?? decoded(given);
    const ids = entries.map((entry) => idIn(entry, name));
    return ids.find((id) => id === decoded(given)) ?? ids.find((id) => id !== undefined);
  }

  /** Returns the account's replacement for an id of the plan, if the plan lists such objects. */
  async #idElsewhere(given: string): Promise<string | undefined> {
    // Set first to stop the recursion: the path of its list may contain the id as well.
    if (!this.#elsewhere.has(given)) {
      this.#elsewhere.set(given, undefined);
      this.#elsewhere.set(given, await this.#findElsewhere(given));
    }
    return this.#elsewhere.get(given);
  }

  #isUnknown(given: string): boolean {
    return isUuid(given) && this.#elsewhere.has(given) && this.#elsewhere.get(given) === undefined;
  }

  /** Returns the id itself if a list has it, otherwise the first of a list. Used for the whole plan: parts must match. */
  async #findElsewhere(given: string): Promise<string | undefined> {
    let other: string | undefined;
    for (const request of this.#plan.requests) {
      const path = request.url.split('?', 1)[0] ?? '';
      const at = path.split('/').indexOf(given);
      if (at < 0 || this.#listRequest(listOf(path, at)) === undefined) continue;
      const called = this.#operations.find(request.method, request.url);
      const url = called && (await this.#urlFor({ ...request, method: 'GET' }, called, at));
      const id = url?.split(/[/?]/)[at];
      if (id === given) return id;
      other ??= id;
    }
    return other;
  }

  #listRequest(path: string): PlannedRequest | undefined {
    return this.#plan.requests.find(
      ({ method, credential, url }) => method === 'GET' && credential === 'valid' && url.split('?', 1)[0] === path,
    );
  }

  /** Returns null if the plan has no such list, or if the account cannot read it. */
  async #entriesOf(list: string, planned: string): Promise<readonly unknown[] | null> {
    const known = this.#lists.get(list);
    if (known !== undefined) return known;
    const request = this.#listRequest(planned);
    const query = request?.url.slice(planned.length) ?? '';
    const response = request && (await this.#send(request, `${list}${query}`, this.#side.token));
    const entries = response !== undefined && response.status < 300 ? entriesIn(response.text) : null;
    this.#lists.set(list, entries);
    return entries;
  }

  #keep(called: Operation, url: string, { status, text }: ServiceResponse): void {
    if (called.method === 'DELETE' && status < 300) this.#remaining.delete(url);
    const deletion = this.#operations.deletionOf(called);
    if (deletion === undefined || status >= 300) return;
    const segments = [...url.split('?', 1)].flatMap((path) => path.split('/'));
    const path = [...deletion.path];
    for (const [at, segment] of path.entries()) path[at] = segments[at] || segment;
    for (const { at, name, collection } of variablesOf(deletion)) {
      if (at < called.path.length && called.path[at] !== '') continue;
      const id = idIn(parsed(text), name);
      if (id === undefined) {
        this.#lost.push(`an object created by POST ${url}: the response has no id`);
        return;
      }
      this.#made.set(collection, id);
      path[at] = encodeURIComponent(id);
    }
    this.#remaining.add(path.join('/'));
  }
}

/** Returns the path of the list that a path segment belongs to. */
function listOf(path: string, at: number): string {
  return `${path.split('/').slice(0, at).join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** Returns the id of an object or of an object nested in it: a member with the variable's name, or `id` or `uuid`. */
function idIn(entry: unknown, name: string): string | undefined {
  const holders = [entry, ...(isRecord(entry) ? Object.values(entry).filter(isRecord) : [])];
  for (const member of [name, 'id', 'uuid'])
    for (const holder of holders) {
      const id = memberOf(holder, member);
      if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id);
    }
  return undefined;
}

/** Returns the list in a response, or null. */
function entriesIn(text: string): readonly unknown[] | null {
  const body = parsed(text);
  const lists = (isRecord(body) && !Array.isArray(body) ? Object.values(body) : [body]).filter((one) =>
    Array.isArray(one),
  );
  return lists.length === 1 ? (lists[0] ?? null) : null;
}

/** Returns the segments of the first URL that differ from the second. */
export function differingIds(url: string, other: string): readonly string[] {
  const segments = other.split(SEPARATOR);
  return url.split(SEPARATOR).flatMap((segment, at) => (segment === segments[at] ? [] : [decoded(segment)]));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
