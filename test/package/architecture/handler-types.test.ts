import { expect, it } from 'vitest';
import { mergedDocuments } from '../../../scripts/documents.mjs';
import type { Handler, Operations } from '../../../src/contract/request.ts';
import type { ServiceDefinition } from '../../../src/contract/service.ts';

it('a type of the library that the document has twice, once nullable, is the same in both places', async () => {
  const { control } = Object.fromEntries(await mergedDocuments());
  const schemas: Record<string, { 'x-type'?: string }> = control.components.schemas;
  const named = new Map(Object.entries(schemas).map(([name, schema]) => [schema['x-type'] ?? name, schema]));
  const removeNames = ({ description: _, nullable: __, 'x-type': ___, ...rest }: Record<string, unknown>) => rest;
  const listCopies = (part: unknown): Record<string, unknown>[] => {
    if (typeof part !== 'object' || part === null) return [];
    const own = 'nullable' in part && 'properties' in part && 'x-type' in part ? [part] : [];
    return [...own, ...Object.values(part).flatMap(listCopies)];
  };
  const written = listCopies(schemas);

  expect(written.length).toBeGreaterThan(3);
  for (const copy of written) expect(removeNames(copy)).toEqual(removeNames({ ...named.get(String(copy['x-type'])) }));
});

/** Each line after a `@ts-expect-error` directive must not compile. */
it('the compiler rejects handlers that do not agree with the document', () => {
  const getHealth: Handler<'nvcf', 'getHealth'> = () => ({ status: 200, body: { status: 'UP' } });
  // @ts-expect-error there are more operations
  const some: ServiceDefinition<'nvcf'>['operations'] = { getHealth };
  // @ts-expect-error it answers in another form
  const wrong: Pick<Operations<'nvcf'>, 'listAssets'> = { listAssets: getHealth };
  const handlers = [
    ((context) => {
      // @ts-expect-error the path has no such parameter
      context.params.version;
      return { status: 204 };
    }) satisfies Handler<'nvcf', 'deleteFunctionVersion'>,
    // @ts-expect-error it answers 204, never 200
    (() => ({ status: 200 })) satisfies Handler<'nvcf', 'deleteFunctionVersion'>,
    // @ts-expect-error a function has more members
    (() => ({ status: 200, body: { function: { id: '' } } })) satisfies Handler<'nvcf', 'getFunctionVersion'>,
    // @ts-expect-error a public operation has no caller
    ((context) => context.caller.principal) satisfies Handler<'nvcf', 'getHealth'>,
  ];
  expect([some, wrong, ...handlers]).toHaveLength(6);
});
