import { describe, expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly example?: string;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string; parameters?: Parameter[] }>>>>;
  readonly components: { readonly parameters?: Readonly<Record<string, Parameter>> };
}

/** What a tool can only ask for with a query that says what it wants. */
const NEEDS_A_QUERY = ['authorize', 'exchange_code', 'histories_list'];
/** What needs something that a fresh world has none of, or a right that its owner lacks. */
const NEEDS_MORE: readonly string[] = ['simulation_ztp_script_get', 'manifests_list'];

/**
 * A tool that knows nothing but the document and a credential: every GET whose parameters have examples is answered, and
 * fits, because the cast has what the examples name.
 */
describe.each([
  { service: 'runai', least: 25 },
  { service: 'air', least: 20 },
  { service: 'nvcf', least: 15 },
  { service: 'ngc', least: 2 },
])('the document of $service', async ({ service, least }) => {
  const server = await testServer();
  const { body: cast } = await server.call('GET /_mock/cast');
  const { body: document } = (await server.call(`GET /openapi/${service}.json`)) as { body: Document };
  const token =
    service === 'runai'
      ? await server.tokenOf(cast.runai.users[0])
      : cast.ngc.keys.find(({ roles }: { roles?: string[] }) => roles?.includes('ORG_OWNER')).key;
  const resolved = ({ $ref, ...own }: Parameter): Parameter =>
    $ref === undefined ? own : (document.components.parameters?.[$ref.split('/').at(-1) as string] as Parameter);
  const calls = Object.entries(document.paths).flatMap(([path, { get }]) => {
    if (get === undefined || [...NEEDS_A_QUERY, ...NEEDS_MORE].includes(get.operationId)) return [];
    const inPath = (get.parameters ?? []).map(resolved).filter((one) => one.in === 'path');
    if (inPath.some(({ example }) => example === undefined)) return [];
    const url = inPath.reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path);
    return [{ id: get.operationId, url }];
  });

  it('has examples for most of what can be read', () => {
    expect(calls.length).toBeGreaterThanOrEqual(least);
  });

  it.each(calls)('$id answers on $url', async ({ url }) => {
    const { status, body } = await server.call(`GET ${url}`, { token });

    expect(status, JSON.stringify(body)).toBeLessThan(300);
  });
});
