/** The hosted API catalogue, called by clients that were not written for the mock. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { listeningServer } from '../support/listening.ts';
import { castKey } from '../support/ngc-cast.ts';
import { copyInstallation } from '../support/package.ts';
import { runUnderProductionNames } from '../support/production-names.ts';

/** The newest versions that Node 20 runs. */
const PACKAGES = ['openai@6.49.0', '@langchain/openai@1.5.8', '@langchain/core@1.4.0'];
const PATIENCE_MS = 240_000;

const GOOD = castKey('catalogue-user').key;
/** It has the form of a key. */
const BAD = `nvapi-${'x'.repeat(64)}`;

const LIVE = 'meta/llama-3.3-70b-instruct';
const EMBEDDING = 'nvidia/nv-embedqa-e5-v5';
const OFFLINE = 'mistralai/mixtral-8x22b-instruct-v0.1';
const RETIRED = 'meta/llama2-70b';
const GATED = 'nvidia/nemotron-4-340b-instruct';

const messages = [{ role: 'user', content: 'Hello' }];

// biome-ignore lint/suspicious/noExplicitAny: the packages are fetched when the test runs, so their types are not known
type Client = any;

let OpenAI: Client;
let ChatOpenAI: Client;
let folder: string;
const { url } = await listeningServer();
const secure = await listeningServer({ tls: true });
const baseURL = `${url}/integrate/v1`;

beforeAll(async () => {
  folder = await copyInstallation([], PACKAGES);
  const { resolve } = createRequire(join(folder, 'package.json'));
  const load = (name: string): Promise<Client> => import(pathToFileURL(resolve(name)).href);
  ({ OpenAI } = (await load('openai')).default);
  ({ ChatOpenAI } = await load('@langchain/openai'));
}, PATIENCE_MS);

async function listOf<Entry>(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const list: Entry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

const thrownBy = (asked: Promise<unknown>): Promise<Client> => asked.catch((error: unknown) => error);

describe("OpenAI's client", { timeout: PATIENCE_MS }, () => {
  const clientOf = (apiKey = GOOD): Client => new OpenAI({ apiKey, baseURL, maxRetries: 0 });

  it('chats, with and without streaming', async () => {
    const { choices, model, usage } = await clientOf().chat.completions.create({ model: LIVE, messages });
    const stream_options = { include_usage: true };
    const asked = { model: LIVE, messages, stream: true, stream_options };
    const chunks = await listOf<Client>(await clientOf().chat.completions.create(asked));

    expect([choices[0].message.content, model, usage.total_tokens]).toEqual(['Hello', LIVE, 4]);
    expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe('Hello');
    expect(chunks.at(-1).usage.total_tokens).toBe(4);
  });

  it('gets embeddings in base64 with an input type of queries or passages', async () => {
    const asked = { model: EMBEDDING, input: ['one', 'another'], input_type: 'query' };
    const { data } = await clientOf().embeddings.create(asked);
    const plain = await clientOf().embeddings.create({ ...asked, encoding_format: 'float' });
    const thrown = await thrownBy(clientOf().embeddings.create({ ...asked, input_type: undefined }));

    expect(data).toHaveLength(2);
    for (const [index, { embedding }] of data.entries()) {
      expect([...embedding]).toEqual(plain.data[index].embedding.map(Math.fround));
    }
    expect(thrown).toBeInstanceOf(OpenAI.BadRequestError);
    expect([thrown.status, typeof thrown.error]).toEqual([400, 'string']);
  });

  it.each([
    ['a bad key', BAD, LIVE, 'PermissionDeniedError', 403],
    ['a retired model', GOOD, RETIRED, 'APIError', 410],
    ['a gated model', GOOD, GATED, 'NotFoundError', 404],
  ])('throws its own error, without the text of the response, for %s', async (_what, key, model, name, status) => {
    const thrown = await thrownBy(clientOf(key).chat.completions.create({ model, messages }));

    expect(thrown.constructor).toBe(OpenAI[name]);
    // It reads only the member `error`, which these answers do not have.
    expect([thrown.status, thrown.error]).toEqual([status, undefined]);
  });

  it('lists the models that are not retired, including the gated one, with any key', async () => {
    const ids = (await listOf<Client>(clientOf(BAD).models.list())).map(({ id }) => id);

    expect(ids).toEqual(expect.arrayContaining([LIVE, EMBEDDING, OFFLINE, GATED]));
    expect(ids).not.toContain(RETIRED);
  });

  it('chats at the production host of the catalogue, over https', async () => {
    await writeFile(join(folder, 'ca.pem'), String(secure.caCertificate));
    const script = `
      import OpenAI from 'openai';
      const client = new OpenAI({ apiKey: '${GOOD}', baseURL: 'https://integrate.api.nvidia.com/v1', maxRetries: 0 });
      const { choices } = await client.chat.completions.create(${JSON.stringify({ model: LIVE, messages })});
      console.log(choices[0].message.content);`;
    const port = Number(new URL(secure.url).port);

    expect(await runUnderProductionNames(script, port, join(folder, 'ca.pem'), folder)).toBe('Hello\n');
  });
});

describe("LangChain's client", { timeout: PATIENCE_MS }, () => {
  const chatOf = (apiKey = GOOD): Client =>
    new ChatOpenAI({ apiKey, model: LIVE, maxRetries: 0, configuration: { baseURL } });

  it('invokes a model', async () => {
    const { content, usage_metadata: usage } = await chatOf().invoke('Hello');

    expect([content, usage.total_tokens]).toEqual(['Hello', 4]);
  });

  it('throws for an invalid key, with and without streaming', async () => {
    const asked = [chatOf(BAD).invoke('Hello'), chatOf(BAD).stream('Hello').then(listOf)];

    expect((await Promise.all(asked.map(thrownBy))).map(({ status }) => status)).toEqual([403, 403]);
  });
});
