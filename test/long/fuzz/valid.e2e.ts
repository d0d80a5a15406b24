import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergedDocuments } from '../../../scripts/documents.mjs';
import type { Operation } from '../../support/documents.ts';
import { seedNumberOf } from '../../support/properties.ts';
import { FuzzBatch } from './batch.ts';
import type { FuzzRequest } from './requests.ts';
import { SETS } from './sets.ts';
import type { Versions } from './world.ts';

/** Requests for each operation: at night of every version, otherwise of one. */
const isNight = process.env['PROPERTY_ROUNDS'] === 'all';
const REQUESTS = isNight ? 12 : 1;

/** Statuses of requests whose form is at fault. */
const OF_FORM = [400, 413, 414, 415, 422];

/**
 * Sentences of refusals whose form is fine: something that does not exist, is not in the state for it, or does not go
 * with something else. Documents cannot say these things.
 */
const NOT_OF_FORM: readonly RegExp[] = [
  // References.
  /names? an? unknown|does not exist|no accepted credential has the name|(?:names|has) `[^`]+`, which is not|is not a known (?:organisation|principal|service|user)|is not (?:in the cast|a snapshot of)|(?:has|is|names) `[^`]+`, which is not|(?:does not match any|matches no) principal/,
  /(?:names|has|is) the unknown (?:principal|scope|role|resource type|organisation|state)|of another simulation|has no [A-Z]+; it has/,
  /there is no (?:reason|service)|no operation is called|can never match|Not found in the/,
  /must be the id of an entry of this list|must be a caller|must be the `next` of an earlier response/,
  /names no client|is not a client for user logins|has no client credentials|is not a redirect URI of|no operation has the path|Several keys have the name|the control API has no rules/,
  // The address of a request, and whether anybody can have a key.
  /is not a URL\. Expected|belongs to (?:several services: )?`|cannot be decoded|no organisation for the key|is not valid percent-encoding|refuses every new key/,
  // Credentials, codes and passwords.
  /Api key is not provided/,
  /Invalid key|audience_service_id invalid|cannot use audiences/,
  /is not valid\.|is not a valid (?:code|token)|is not the current password|Only NVIDIA Super Admin|belongs to another client|differs from the redirect URI|mapped to account/,
  // State, and the time of the world.
  /Slow down|Key is not active|Invalid status transition|maximum allowed number of keys/,
  /cannot [a-z ]+ while|is (?:not |already )?published|refers to it|is predefined|Already deployed|Missing secrets/,
  /is an image with|can be requested only if|The record is|The interface has the type|is not the id of an existing object in/,
  /already has a|is already revoked|broken out|has no open request|must not be your own organisation|additional specification requires/,
  /must not be in the past|must be in the future|must be at least \d+ hours (?:from now|after)|past the year 9998|before the year 9999/,
  /no image to use|No identity provider is configured|not a local user|the vendor's document has no status|not every operation has the status|has no duration|affects all callers/,
  // Each setting of Run:ai has a value of its own, below the same operation.
  /^\{"code":400,"message":"Setting `\w+` must have the form/,
  // One member beside another one, or beside the object.
  /exactly one of the fields|which is not a key of|has `[^`]+` twice, with different|must be empty or omitted if|the demo has no publisher/,
  /Field `do\.answer` does not match the document|`do\.answer\.body` (?:cannot be sent|must be a string)|is `end`, which requires `for`/,
  // A cursor that no page has; a task of Cloud Tasks without secrets, or one that has ended.
  /Invalid cursor: '|Cannot update secrets for a Task/,
  // What a task of Cloud Tasks needs to upload its results, and one of its durations beside another one.
  /Invalid request: (?:Missing '(?:NGC_API_KEY|resultsLocation)'|Duplicate secrets|'(?:resultsLocation|maxRuntimeDuration|terminationGracePeriodDuration)')/,
  // How long a value of a secret is, written as JSON.
  /Invalid secret value specified/,
  // The registry that a credential is for, and the content of its secret.
  /Invalid request: (?:\w+ registry with hostname|'[^']+' with hostname|Registry credential secret|Missing \$oauthtoken)/,
  // Functions and deployments: one member beside another one or beside the object, and lists in a text.
  /must differ from each other|duplicate model names|'llmConfig\.\w+' for model|must be rates, such as|in one of `rateLimit|Only LLM functions/,
  /autoscalingConfiguration\.|Backend:\['|should be empty for container based functions|does not match (?:original|clusters)/,
  /must be lesser than or equal to|Health URI cannot be empty/,
  /Invalid status '|must match the ones in|must share the same functionType|multiple GPU specifications|Invalid telemetry type|must be the id of an asset/,
  /requires the field `rateLimit|is required when 'perAccountPriority'|Either both or none of 'helmChart'|requires at least one of the fields `llmConfig/,
  // What only some models require.
  /'input_type' parameter is required|single tool-calls/,
  // Where a workload runs, and its name.
  /no project with the id|is not the cluster of project|workload name must|already exists in this project|the mock has no templates|matches no NGC user/,
  // OpenAPI cannot demand a media type without a body.
  /The body must be JSON\..*\/suspend"/,
  // A member or a header.
  /names no function|is `[^`]+`, but field `id` is/,
  // Data are those of the executor beside them.
  /is missing: the executor `\w+` requires it/,
  // A number that must be above its minimum, which OpenAPI 3.0 and JSON Schema write differently.
  /so the fault would never be injected/,
  // OpenAPI 3.0 has no rule for the names of members.
  /Field `do\.answer\.headers` has|Field `render` has the path/,
  /in Run:ai, all rights come from `roles`/,
  /must not be (?:greater|above|longer) than|must not be above|as in the path|list the parts in order|has \d+ parts/,
  /is known only after the request|only (?:service|personal) keys have it|must have two interfaces of the same simulation|needs ids of the form|has no object ids/,
  // Run:ai publishes no field as required, because that depends on the grant.
  /is missing: the grant `\w+` requires it/,
  // Content in a language of its own: DOT, the JSON of a topology, SSH keys, seeds, recorded traffic.
  /Field `(?:content|topology_data)[^`]*` is not valid|must be a complete `ssh-ed25519` or `ssh-rsa` key|Field `seed`|Environment variable `NV_|an HTTP Archive/,
  // Filters of Run:ai: the published pattern does not say what a value is compared with, nor that a comma ends it.
  /`filterBy`: (?:the value of `\w+`|.* must consist of|field `\w+` has no operator)|`lastUpdated` must be a time/,
  // The headers of an upload are those of the asset.
  /<Code>(?:SignatureDoesNotMatch|InvalidArgument|AccessDenied)<\/Code>/,
  // A duration is a text, which has no maximum.
  /up to (?:5 minutes|a year|60 s)/,
];

/** The text of an answer; of a page, its message. */
function messageOf(text: string): string {
  const [, alert = text] = /role="alert">(.*?)<\/p>/s.exec(text) ?? [];
  return alert.replaceAll(/<\/?code>/g, '`').slice(0, 600);
}

/** What ends rights or objects comes last, so that the others still have theirs. */
function rankOf({ method }: { readonly method: string }): number {
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].indexOf(method);
}

/** An alias has the operation and its schemas. */
const isAlias = ({ id }: { readonly id: string }) => id.endsWith('_alias');

/** A text that fits no pattern, enumeration or format of a document. */
const NONSENSE = '~~';

/** The parts of a document before the build that tell who checks a text. */
interface Marked {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Marked;
  readonly properties?: Readonly<Record<string, Marked>>;
  readonly 'x-checked-by-operation'?: readonly string[];
}
interface MarkedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in?: string; readonly name?: string; readonly schema?: Marked }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema: Marked }>> };
}
interface MarkedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, MarkedOperation>>>>;
  readonly components: { readonly schemas?: Readonly<Record<string, Marked>> };
}

/** Does the operation itself check which texts a member may be? */
function isChecked({ type, items = {}, ...schema }: Marked): boolean {
  const keywords = schema['x-checked-by-operation'] ?? items['x-checked-by-operation'] ?? [];
  return type !== 'integer' && ['pattern', 'enum', 'format'].some((keyword) => keywords.includes(keyword));
}

/** Names of texts that validation leaves to an operation. */
interface Checked {
  readonly query: readonly string[];
  readonly body: readonly string[];
}

async function checkedTexts(): Promise<ReadonlyMap<string, Checked>> {
  const documents: readonly (readonly [name: string, MarkedDocument])[] = await mergedDocuments();
  return new Map(
    documents.flatMap(([, { paths, components }]) =>
      Object.values(paths).flatMap((item) =>
        Object.values(item).map(({ operationId, parameters = [], requestBody }): [string, Checked] => {
          const [{ schema = {} } = {}] = Object.values(requestBody?.content ?? {});
          const name = schema.$ref?.split('/').at(-1) ?? '';
          const { properties = {} } = components.schemas?.[name] ?? schema;
          const query = parameters.flatMap((one) =>
            one.in === 'query' && isChecked(one.schema ?? {}) ? [one.name ?? ''] : [],
          );
          return [
            operationId,
            { query, body: Object.keys(properties).filter((key) => isChecked(properties[key] ?? {})) },
          ];
        }),
      ),
    ),
  );
}

describe.each(isNight ? Object.keys(SETS) : ['2.24, dsx, open-source'])('a request to %s', (name) => {
  let batch: FuzzBatch;

  beforeAll(async () => {
    batch = await FuzzBatch.open(SETS[name] as Versions);
    await batch.prepare(seedNumberOf(7));
    batch.freeze();
  });

  afterAll(() => batch.close());

  // Changes nothing, and so comes first.
  it('with a string that violates its document is rejected, even if the operation validates it', async () => {
    const checked = await checkedTexts();
    const accepted: string[] = [];
    let sent = 0;
    const send = async (operation: Operation, name: string, change: (request: FuzzRequest) => FuzzRequest) => {
      const [request] = fc.sample(batch.validRequestsOf(operation), { numRuns: 1, seed: 5 }) as [FuzzRequest];
      const { status } = await batch.send(change(request));
      sent += 1;
      if (status < 300) accepted.push(`${operation.id}: ${name}`);
    };
    for (const operation of batch.operations.filter((one) => !isAlias(one))) {
      const { query, body } = checked.get(operation.id) ?? { query: [], body: [] };
      for (const name of query)
        await send(operation, name, ({ url, ...more }) => ({
          ...more,
          url: `${url.split('?')[0]}?${name}=${NONSENSE}`,
        }));
      for (const name of body)
        await send(operation, name, ({ body: value, ...more }) => {
          const changed = { ...(value as object), [name]: NONSENSE };
          const isForm = operation.body?.mediaType !== 'application/json';
          return {
            ...more,
            body: changed,
            payload: isForm ? String(new URLSearchParams(changed)) : JSON.stringify(changed),
          };
        });
    }

    expect(accepted).toEqual([]);
    expect(sent).toBeGreaterThan(30);
  });

  it('is not rejected for its form if it is valid by its document', async () => {
    const refused: string[] = [];
    let sent = 0;
    for (const operation of [...batch.operations].sort((one, other) => rankOf(one) - rankOf(other))) {
      if (isAlias(operation)) continue;
      const values = { numRuns: REQUESTS, seed: seedNumberOf(34) };
      for (const request of fc.sample(batch.validRequestsOf(operation), values)) {
        const { status, text } = await batch.send(request);
        sent += 1;
        if (!OF_FORM.includes(status) || NOT_OF_FORM.some((sentence) => sentence.test(messageOf(text)))) continue;
        refused.push(`${operation.id}: ${messageOf(text)}\n${request.method} ${request.url} ${request.payload}`);
      }
    }

    expect(refused).toEqual([]);
    expect(sent).toBeGreaterThan(250);
  });
});
