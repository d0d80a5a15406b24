import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { failuresOf } from '../../support/contract.ts';
import type { RunaiProfile } from '../../support/runai.ts';
import { RUNAI_OPERATIONS, type RunaiCaller, type StagedRunai, stagedRunai } from '../../support/runai-requests.ts';

/**
 * What every object of the language inherits: as a value that somebody sends, a name like any other. One is a function in
 * its place, the other an object.
 */
const NAMES = ['constructor', '__proto__'] as const;

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A place in a body where a text may stand: the names that lead there, 0 for the first of a list. */
type Place = readonly (string | 0)[];

function documentOf(profile: RunaiProfile): Document {
  const url = new URL(`../../../dist/openapi/runai.${profile}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Document;
}

function textsIn(document: Document, schema: Schema | undefined, place: Place = []): Place[] {
  const seen = resolved(document, schema);
  if (seen === undefined) return [];
  if (seen.type === 'array') return textsIn(document, seen.items, [...place, 0]);
  if (seen.properties === undefined) return seen.type === 'string' ? [place] : [];
  return Object.entries(seen.properties).flatMap(([name, member]) => textsIn(document, member, [...place, name]));
}

function resolved(document: Document, schema: Schema | undefined): Schema | undefined {
  if (schema?.$ref === undefined) return schema;
  const steps = schema.$ref.slice(2).split('/');
  return steps.reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], document) as Schema;
}

/** The body with another value at a place. */
function withValue(body: unknown, [step, ...rest]: Place, value: unknown): unknown {
  if (step === undefined) return value;
  if (step === 0) return [withValue(Array.isArray(body) ? body[0] : undefined, rest, value)];
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return { ...members, [step]: withValue(members[step], rest, value) };
}

/** An object that no text can be made of. */
const TEXTLESS = { toString: '', valueOf: '' };

const PROFILES: readonly RunaiProfile[] = ['3.0', '2.24', '2.19'];

/** What is sent to an operation: its query parameters, its path, and the places of its body, each with a name. */
interface Sent {
  readonly what: string;
  readonly in: 'query' | 'path' | 'body';
  readonly place: Place;
  readonly value: unknown;
}

function everythingSent(document: Document, path: string, { parameters = [], requestBody }: Operation): Sent[] {
  const [[mediaType, content] = ['application/json', {}]] = Object.entries(requestBody?.content ?? {});
  const places = textsIn(document, content.schema);
  const named = NAMES.flatMap((value): Sent[] => [
    ...parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => ({ what: `?${name}=${value}`, in: 'query' as const, place: [name], value })),
    ...(path.includes('{') ? [{ what: `the path with ${value}`, in: 'path' as const, place: [], value }] : []),
    ...places.map((place) => ({ what: `${place.join('.')}: ${value}`, in: 'body' as const, place, value })),
  ]);
  if (mediaType !== 'application/json') return named;
  const textless = places.map((place) => {
    return { what: `${place.join('.')}: an object without a text`, in: 'body' as const, place, value: TEXTLESS };
  });
  return [...named, ...textless];
}

describe('names that every object inherits', () => {
  // The handlers are those of every version: a place is tried in the newest version that has it.
  const tried = new Set<string>();

  describe.each(PROFILES)('in %s', (profile) => {
    const document = documentOf(profile);
    const operations = Object.entries(document.paths)
      .flatMap(([path, item]) =>
        Object.entries(item).map(([verb, operation]) => {
          const method = verb.toUpperCase();
          const sent = everythingSent(document, path, operation).filter(({ what }) => {
            const place = `${method} ${path} ${what}`;
            const isNew = !tried.has(place);
            tried.add(place);
            return isNew;
          });
          return [`${method} ${path}`, { method, path, operation, sent }] as const;
        }),
      )
      .filter(([, { sent }]) => sent.length > 0);
    let staged: StagedRunai;
    let caller: RunaiCaller;

    beforeAll(async () => {
      staged = await stagedRunai(profile, ['System administrator']);
      caller = { ...(await staged.administratorOf('system')), password: 'staged-password' };
    });

    it('are the texts that they are, in every place of every operation that takes a text', async () => {
      const failures = await failuresOf(operations, async ({ method, path, operation, sent }) => {
        const { operationId, requestBody } = operation;
        const filling = RUNAI_OPERATIONS.includes(operationId) ? await staged.fill(operationId, caller) : {};
        const there = path.replace('{realm}', 'acme').replace(/\{\w+\}/, filling.id ?? 'nothing');
        const [mediaType = 'application/json'] = Object.keys(requestBody?.content ?? {});
        const written = (body: unknown) =>
          mediaType === 'application/json'
            ? JSON.stringify(body)
            : new URLSearchParams(body as Record<string, string>).toString();
        for (const { what, in: part, place, value } of sent) {
          let url = there;
          if (part === 'query') url = `${there}?${place[0]}=${value}`;
          if (part === 'path') url = path.replace(/\{\w+\}/g, String(value));
          const body = part === 'body' ? withValue(filling.body ?? {}, place, value) : filling.body;
          const { status } = await staged.server.call(`${method} ${url}`, {
            token: caller.token,
            ...(body !== undefined && { body: written(body), headers: { 'content-type': mediaType } }),
          });
          expect(status, what).toBeLessThan(500);
        }
      });

      expect(failures).toEqual([]);
    }, 60_000);
  });

  it('were tried in hundreds of places', () => {
    expect(tried.size).toBeGreaterThan(500);
  });
});
