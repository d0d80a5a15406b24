import { beforeAll, describe, expect, it } from 'vitest';
import {
  castExamplesOf,
  castRequestOf,
  follow,
  isRefused,
  requestIdOf,
} from '../../scripts/documents/cast-examples.mjs';
import { createSeededRandom, type Random } from '../../src/lib/random.ts';
import { credentialOfExamples, DOCUMENTS_WITH_EXAMPLES } from '../support/cast.ts';
import { type Answer, type Request, type TestServer, testServer } from '../support/server.ts';
import { vendorSchemas } from '../support/vendor-schemas.ts';

/** Each document, with the options of a server that serves it. */
const DOCUMENTS = [...DOCUMENTS_WITH_EXAMPLES, ['control', {}, 'control'] as const].map(([service, config, name]) => ({
  name,
  service,
  config,
}));

// biome-ignore lint/suspicious/noExplicitAny: a part of a document as a tool reads it
type Part = any;

interface Call {
  readonly id: string;
  /** Whether the example is refused by design. */
  readonly isRefused: boolean;
  readonly title: string;
  readonly request: string;
  readonly parts: Request;
  readonly operation: Part;
  /** Resolves a reference of the document. */
  readonly resolved: (part: Part) => Part;
}

interface Examples {
  readonly all: readonly Call[];
  /** Examples that tools can compare. */
  readonly calls: readonly Call[];
  /** Ids of operations with varying responses, which are not recorded. */
  readonly varying: Readonly<Record<string, string>>;
}

/**
 * After a change of a request, `--update` records the responses. A new response is in the served document after the next
 * build, so run it twice.
 */
describe.each(DOCUMENTS)('the examples of $name', ({ name, service, config }) => {
  const { random, restart } = createRestartableRandom();
  let server: TestServer;
  let examples: Examples;

  beforeAll(async () => {
    server = await testServer(config, { random });
    examples = await readExamples(server, service, name);
  });

  it('succeed in a fresh world with the recorded responses', async () => {
    const recorded: Record<string, unknown> = {};
    const unexpected: string[] = [];
    let isFresh = true;
    for (const call of examples.calls) {
      if (!isFresh) await resetServer(server, name);
      restart(call.id);
      const answer = await server.call(call.request, call.parts);
      // The requests and decisions of the control API are part of its responses.
      isFresh = name !== 'control' && call.request.startsWith('GET ');
      const isSuccess = answer.status < 400;
      if (isSuccess === call.isRefused) unexpected.push(`${call.title}: ${answer.status} ${readText(answer)}`);
      if (isSuccess && !(call.id in examples.varying)) recorded[call.id] ??= createRecord(answer);
    }
    expect(unexpected).toEqual([]);
    await expect(`${JSON.stringify(recorded, null, 2)}\n`).toMatchFileSnapshot(
      `../../openapi/${service}/cast/${name}.json`,
    );
  });

  it('are valid requests of the published document of the vendor', () => {
    const vendorFaults = vendorSchemas(config);
    const sent = examples.calls.filter(({ isRefused }) => !isRefused);

    expect(sent.flatMap(({ request, parts }) => vendorFaults({ request, status: null, body: parts.body }))).toEqual([]);
  });

  it('exist for every body, and for required parameters and responses of each request that can succeed', () => {
    const lacking = examples.all.flatMap((call) => listMissingExamples(call).map((part) => `${call.title}: ${part}`));
    expect(examples.all.length).toBeGreaterThan(0);
    expect(lacking).toEqual([]);
  });
});

/** Lists the parts of an operation without an example. */
function listMissingExamples({ operation, resolved, isRefused: cannotSucceed }: Call): string[] {
  const parameters = (operation.parameters ?? []).map(resolved);
  const needed = parameters.filter((parameter: Part) => parameter.in === 'path' || parameter.required === true);
  const [success] = Object.entries<Part>(operation.responses).filter(([status]) => Number(status) < 400);
  const hasExample = ({ content = {} }: Part) =>
    Object.values<Part>(content).some((media) => media.examples?.cast !== undefined || media.example !== undefined);
  // Content of any type has no example, because tools require the media type of an example.
  const isTyped = (part?: Part) => Object.keys(part?.content ?? {}).some((type) => type !== '*/*');
  const body = resolved(operation.requestBody ?? {});
  const missingBody = isTyped(body) && !hasExample(body) ? ['body'] : [];
  if (cannotSucceed) return missingBody;
  const answers = Object.values<Part>(operation.responses).map(resolved);
  return [
    ...needed
      .filter((parameter: Part) => parameter.examples?.cast === undefined)
      .map((parameter: Part) => `parameter ${parameter.name}`),
    ...missingBody,
    ...(isTyped(resolved(success?.[1])) && !answers.some(hasExample) ? ['answer'] : []),
  ];
}

/** Creates the requests of a document as a tool does, with the credential of the service. */
async function readExamples(server: TestServer, service: string, name: string): Promise<Examples> {
  const { body: document } = await server.call(`GET /openapi/${service}.json`);
  const examples = await castExamplesOf(service);
  if (examples === undefined) throw new Error(`openapi/${service}/cast/requests.json is missing`);
  const token = await readCredential(server, service);
  const { requests } = examples;
  const items = Object.entries<Readonly<Record<string, Part>>>(document.paths);
  const all = items.flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): Call => {
      const { parameters, body } = castRequestOf(document, operation, requests);
      const form = 'application/x-www-form-urlencoded';
      const isForm = form in (operation.requestBody?.content ?? {});
      return {
        id: requestIdOf(operation, requests),
        isRefused: isRefused(requests, operation, name),
        title: `${operation.operationId}: ${method.toUpperCase()} ${path}`,
        request: `${method.toUpperCase()} ${createUrl(path, parameters)}`,
        operation,
        resolved: (part) => follow(document, part),
        parts: {
          ...(token !== undefined && { token }),
          ...(body !== undefined && {
            body: isForm ? new URLSearchParams(body as Record<string, string>).toString() : body,
          }),
          headers: { ...createHeaders(parameters), ...(isForm && { 'content-type': form }) },
        },
      };
    }),
  );
  return { all, calls: all.filter(({ id }) => !(id in requests.skipped)), varying: requests.varying };
}

function createUrl(path: string, parameters: ReturnType<typeof castRequestOf>['parameters']): string {
  const query = new URLSearchParams();
  let url = path;
  for (const { parameter, value } of parameters) {
    if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    if (parameter.in === 'query') query.append(parameter.name, String(value));
  }
  return query.size === 0 ? url : `${url}?${query}`;
}

/** Creates the headers that a document requires. */
function createHeaders(parameters: ReturnType<typeof castRequestOf>['parameters']): Record<string, string> {
  const own = parameters.filter(({ parameter }) => parameter.in === 'header');
  return Object.fromEntries(own.map(({ parameter, value }) => [parameter.name, String(value)]));
}

async function readCredential(server: TestServer, service: string): Promise<string | undefined> {
  if (service === 'control' || service === 'nak') return undefined;
  return credentialOfExamples((await server.call('GET /_mock/cast')).body, service);
}

async function resetServer(server: TestServer, name: string): Promise<void> {
  if (name === 'control') {
    const { worlds } = (await server.call('GET /_mock/worlds')).body;
    for (const { id } of worlds.slice(1)) await server.call(`DELETE /_mock/worlds/${id}`);
  }
  await server.call('POST /_mock/reset');
}

function createRecord({ status, headers, body }: Answer) {
  const type = headers['content-type'];
  return { status, ...(body !== undefined && { type: String(type).split(';')[0], body }) };
}

function readText({ body }: Answer): string {
  return (JSON.stringify(body) ?? '').slice(0, 200);
}

/** Creates random values that restart for each operation, so that responses do not depend on earlier operations. */
function createRestartableRandom(): { readonly random: Random; readonly restart: (seed: string) => void } {
  let current = createSeededRandom('test');
  const random: Random = {
    uuid: () => current.uuid(),
    hex: (length) => current.hex(length),
    alphanumeric: (length) => current.alphanumeric(length),
    base64url: (bytes) => current.base64url(bytes),
    privateKey: (kind) => current.privateKey(kind),
  };
  return { random, restart: (seed) => (current = createSeededRandom(seed)) };
}
