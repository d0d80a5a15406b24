import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { failuresOf } from '../../support/contract.ts';
import type { RunaiProfile } from '../../support/runai.ts';
import { type RunaiCaller, type StagedRunai, stagedRunai } from '../../support/runai-requests.ts';

/** Properties that every object inherits, one a function and one an object. A request may send them as values. */
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

/** The path of a string in a body: member names, and 0 for the first item of a list. */
type Path = readonly (string | 0)[];

function readDocument(profile: RunaiProfile): Document {
  const url = new URL(`../../../dist/openapi/runai.${profile}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Document;
}

/** Lists the paths of the strings of a schema. */
function listStrings(document: Document, schema: Schema | undefined, path: Path = []): Path[] {
  const resolved = resolveSchema(document, schema);
  if (resolved === undefined) return [];
  if (resolved.type === 'array') return listStrings(document, resolved.items, [...path, 0]);
  if (resolved.properties === undefined) return resolved.type === 'string' ? [path] : [];
  return Object.entries(resolved.properties).flatMap(([name, member]) =>
    listStrings(document, member, [...path, name]),
  );
}

function resolveSchema(document: Document, schema: Schema | undefined): Schema | undefined {
  if (schema?.$ref === undefined) return schema;
  const steps = schema.$ref.slice(2).split('/');
  return steps.reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], document) as Schema;
}

/** Returns the body with another value at a path. */
function replaceValue(body: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (step === 0) return [replaceValue(Array.isArray(body) ? body[0] : undefined, rest, value)];
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return { ...members, [step]: replaceValue(members[step], rest, value) };
}

/** An object that cannot be converted to a string. */
const UNPRINTABLE = { toString: '', valueOf: '' };

const PROFILES: readonly RunaiProfile[] = ['3.0', '2.24', '2.19'];

/** A value that is sent to an operation in its query, its path or its body. */
interface Input {
  readonly label: string;
  readonly in: 'query' | 'path' | 'body';
  readonly path: Path;
  readonly value: unknown;
}

function listInputs(document: Document, url: string, { parameters = [], requestBody }: Operation): Input[] {
  const [[mediaType, content] = ['application/json', {}]] = Object.entries(requestBody?.content ?? {});
  const strings = listStrings(document, content.schema);
  const named = NAMES.flatMap((value): Input[] => [
    ...parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => ({ label: `?${name}=${value}`, in: 'query' as const, path: [name], value })),
    ...(url.includes('{') ? [{ label: `the path with ${value}`, in: 'path' as const, path: [], value }] : []),
    ...strings.map((path) => ({ label: `${path.join('.')}: ${value}`, in: 'body' as const, path, value })),
  ]);
  if (mediaType !== 'application/json') return named;
  const unprintable = strings.map((path) => {
    return { label: `${path.join('.')}: an unprintable object`, in: 'body' as const, path, value: UNPRINTABLE };
  });
  return [...named, ...unprintable];
}

describe('names of inherited properties', () => {
  // All versions share the handlers, so each input is sent only in the newest version that has it.
  const sentInputs = new Set<string>();

  describe.each(PROFILES)('in %s', (profile) => {
    const document = readDocument(profile);
    const operations = Object.entries(document.paths)
      .flatMap(([path, item]) =>
        Object.entries(item).map(([verb, operation]) => {
          const method = verb.toUpperCase();
          const inputs = listInputs(document, path, operation).filter(({ label }) => {
            const input = `${method} ${path} ${label}`;
            const isNew = !sentInputs.has(input);
            sentInputs.add(input);
            return isNew;
          });
          return [`${method} ${path}`, { method, path, operation, inputs }] as const;
        }),
      )
      .filter(([, { inputs }]) => inputs.length > 0);
    let staged: StagedRunai;
    let caller: RunaiCaller;

    beforeAll(async () => {
      staged = await stagedRunai(profile, ['System administrator']);
      caller = { ...(await staged.administratorOf('system')), password: 'staged-password' };
    });

    it('do not cause a server error as values of any string of any operation', async () => {
      const failures = await failuresOf(operations, async ({ method, path, operation, inputs }) => {
        const { operationId, requestBody } = operation;
        const filling = await staged.fill(operationId, caller);
        const url = path.replace('{realm}', 'acme').replace(/\{\w+\}/, filling.id ?? 'nothing');
        const [mediaType = 'application/json'] = Object.keys(requestBody?.content ?? {});
        const formatBody = (body: unknown) =>
          mediaType === 'application/json'
            ? JSON.stringify(body)
            : new URLSearchParams(body as Record<string, string>).toString();
        for (const { label, in: part, path: valuePath, value } of inputs) {
          let target = url;
          if (part === 'query') target = `${url}?${valuePath[0]}=${value}`;
          if (part === 'path') target = path.replace(/\{\w+\}/g, String(value));
          const body = part === 'body' ? replaceValue(filling.body ?? {}, valuePath, value) : filling.body;
          const { status } = await staged.server.call(`${method} ${target}`, {
            token: caller.token,
            ...(body !== undefined && { body: formatBody(body), headers: { 'content-type': mediaType } }),
          });
          expect(status, label).toBeLessThan(500);
        }
      });

      expect(failures).toEqual([]);
    });
  });

  it('are sent in more than 500 inputs', () => {
    expect(sentInputs.size).toBeGreaterThan(500);
  });
});
