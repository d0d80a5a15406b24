import { beforeAll, describe, expect, it } from 'vitest';
import { failuresOf } from '../../support/contract.ts';
import { type Document, type Operation, readDocument, type Schema } from '../../support/documents.ts';
import { shareOf } from '../../support/properties.ts';
import type { RunaiProfile } from '../../support/runai.ts';
import { type RunaiCaller, type StagedRunai, stagedRunai } from '../../support/runai-requests.ts';

/** Properties that every object inherits, one a function and one an object. A request may send them as values. */
const NAMES = ['constructor', '__proto__'] as const;

/** The path of a string in a body: member names, and 0 for the first item of a list. */
type Path = readonly (string | 0)[];

/** Lists the paths of the strings of a schema. */
function listStrings(document: Document, schema: Schema | undefined, path: Path = []): Path[] {
  if (schema === undefined) return [];
  const resolved = document.resolved(schema);
  if (resolved.type === 'array') return listStrings(document, resolved.items, [...path, 0]);
  if (resolved.properties === undefined) return resolved.type === 'string' ? [path] : [];
  return Object.entries(resolved.properties).flatMap(([name, member]) =>
    listStrings(document, member, [...path, name]),
  );
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

function listInputs(document: Document, { path: url, parameters, body }: Operation): Input[] {
  const strings = listStrings(document, body?.schema);
  const named = NAMES.flatMap((value): Input[] => [
    ...parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => ({ label: `?${name}=${value}`, in: 'query' as const, path: [name], value })),
    ...(url.includes('{') ? [{ label: `the path with ${value}`, in: 'path' as const, path: [], value }] : []),
    ...strings.map((path) => ({ label: `${path.join('.')}: ${value}`, in: 'body' as const, path, value })),
  ]);
  if (body !== null && body.mediaType !== 'application/json') return named;
  const unprintable = strings.map((path) => {
    return { label: `${path.join('.')}: an unprintable object`, in: 'body' as const, path, value: UNPRINTABLE };
  });
  return [...named, ...unprintable];
}

describe('names of inherited properties', () => {
  // All versions share the handlers, so each input is sent only in the newest version that has it.
  const sentInputs = new Set<string>();

  describe.each(PROFILES)('in %s', (profile) => {
    const document = readDocument(`runai.${profile}`);
    const operations = document.operations
      .map((operation) => {
        const name = `${operation.method} ${operation.path}`;
        const inputs = listInputs(document, operation).filter(({ label }) => {
          const isNew = !sentInputs.has(`${name} ${label}`);
          sentInputs.add(`${name} ${label}`);
          return isNew;
        });
        return [name, { operation, inputs }] as const;
      })
      .filter(([, { inputs }]) => inputs.length > 0);
    let staged: StagedRunai;
    let caller: RunaiCaller;

    beforeAll(async () => {
      staged = await stagedRunai(profile, ['System administrator']);
      caller = { ...(await staged.administratorOf('system')), password: 'staged-password' };
    });

    it('do not cause a server error as values of any string of any operation', async () => {
      const failures = await failuresOf(operations, async ({ operation, inputs }) => {
        const { id, method, path, body: documented } = operation;
        const filling = await staged.fill(id, caller);
        const url = path.replace('{realm}', 'acme').replace(/\{\w+\}/, filling.id ?? 'nothing');
        const mediaType = documented?.mediaType ?? 'application/json';
        const formatBody = (body: unknown) =>
          mediaType === 'application/json'
            ? JSON.stringify(body)
            : new URLSearchParams(body as Record<string, string>).toString();
        for (const { label, in: part, path: valuePath, value } of shareOf(inputs)) {
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

  it('can be sent in more than 500 inputs', () => {
    expect(sentInputs.size).toBeGreaterThan(500);
  });
});
