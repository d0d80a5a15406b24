import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunaiProfile } from '../../support/runai.ts';
import { RUNAI_OPERATIONS, type StagedRunai, stagedRunai } from '../../support/runai-requests.ts';

/** What every object of the language inherits: as a value that somebody sends, a name like any other. */
const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'] as const;

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

describe.each<RunaiProfile>(['2.19', '2.24', '3.0'])('names that every object inherits, in %s', (profile) => {
  const document = documentOf(profile);
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  let staged: StagedRunai;
  let token: string;

  beforeAll(async () => {
    staged = await stagedRunai(profile, ['System administrator']);
    token = (await staged.administratorOf('system')).token;
  });

  it.each(operations)('$method $path takes them as the texts that they are', async ({ method, path, operation }) => {
    const { operationId, parameters = [], requestBody } = operation;
    const filling = RUNAI_OPERATIONS.includes(operationId)
      ? await staged.fill(operationId, { token, password: 'staged-password' })
      : {};
    const there = path.replace('{realm}', 'acme').replace(/\{\w+\}/, filling.id ?? 'nothing');
    const [[mediaType, content] = ['application/json', {}]] = Object.entries(requestBody?.content ?? {});
    const isForm = mediaType !== 'application/json';
    const sent = (body: unknown) =>
      isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body);
    const answered = async (url: string, body: unknown) => {
      const { status } = await staged.server.call(`${method} ${url}`, {
        token,
        ...(body !== undefined && { body: sent(body), headers: { 'content-type': mediaType } }),
      });
      expect(status, `${method} ${url} ${JSON.stringify(body)}`).toBeLessThan(500);
    };

    for (const name of NAMES) {
      for (const { name: parameter, in: place } of parameters) {
        if (place === 'query') await answered(`${there}?${parameter}=${name}`, filling.body);
      }
      if (path.includes('{')) await answered(path.replace(/\{\w+\}/g, name), filling.body);
      for (const place of textsIn(document, content.schema)) {
        await answered(there, withValue(filling.body ?? {}, place, name));
      }
    }
    for (const place of isForm ? [] : textsIn(document, content.schema)) {
      await answered(there, withValue(filling.body ?? {}, place, TEXTLESS));
    }
  });
});
