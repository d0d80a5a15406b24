/** The LLM gateway, called by OpenAI's own client. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { listeningServer } from '../support/listening.ts';
import { castKey } from '../support/ngc-cast.ts';
import { FOREIGN, FULL, placeOf } from '../support/nvcf-client.ts';
import { copyInstallation } from '../support/package.ts';
import { runUnderProductionNames } from '../support/production-names.ts';

/** The newest major version that Node 20 runs. */
const OPENAI = 'openai@6.49.0';
const PATIENCE_MS = 240_000;
const model = `${placeOf('echo').functionId}/tiny`;
const messages = [{ role: 'user', content: 'Hello' }];

// biome-ignore lint/suspicious/noExplicitAny: the package is fetched when the test runs, so its types are not known
type Client = any;

let OpenAI: Client;
let folder: string;
const { url } = await listeningServer();
const secure = await listeningServer({ tls: true });

beforeAll(async () => {
  folder = await copyInstallation([], [OPENAI]);
  const main = createRequire(join(folder, 'package.json')).resolve('openai');
  OpenAI = (await import(pathToFileURL(main).href)).default;
}, PATIENCE_MS);

/** A client of the gateway. */
function clientOf(apiKey: string = FULL, baseURL = `${url}/llm/v1`): Client {
  const { OpenAI: Class = OpenAI } = OpenAI;
  return new Class({ apiKey, baseURL, maxRetries: 0 });
}

async function listOf<Entry>(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const list: Entry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

describe("OpenAI's client", { timeout: PATIENCE_MS }, () => {
  it.each(['/llm/v1', '/llm/openai/v1', '/llm/api/openai/v1'])('chats below %s', async (path) => {
    const { choices, usage } = await clientOf(FULL, url + path).chat.completions.create({ model, messages });

    expect(choices[0].message.content).toBe('Hello');
    expect(usage.total_tokens).toBe(4);
  });

  it('streams a chat, by chunk and with its helper', async () => {
    const options = { include_usage: true };
    const stream = await clientOf().chat.completions.create({ model, messages, stream: true, stream_options: options });
    const chunks = await listOf<Client>(stream);
    const helped = clientOf().chat.completions.stream({ model, messages });

    expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe('Hello');
    expect(chunks.at(-1).usage.total_tokens).toBe(4);
    expect(await helped.finalContent()).toBe('Hello');
  });

  it('gets a response, with and without streaming', async () => {
    const whole = await clientOf().responses.create({ model, input: 'Hello' });
    const events = await listOf<Client>(await clientOf().responses.create({ model, input: 'Hello', stream: true }));
    const final = await clientOf().responses.stream({ model, input: 'Hello' }).finalResponse();

    expect(whole.output_text).toBe('Hello');
    expect(events.filter(({ type }) => type === 'response.output_text.delta').map(({ delta }) => delta)).toEqual([
      'Hello',
    ]);
    expect(final.output[0].content[0].text).toBe('Hello');
  });

  it('gets embeddings in base64, its default', async () => {
    const input = ['one', 'another'];
    const { data } = await clientOf().embeddings.create({ model, input, dimensions: 4 });
    const plain = await clientOf().embeddings.create({ model, input, dimensions: 4, encoding_format: 'float' });

    expect(data).toHaveLength(2);
    for (const [index, { embedding }] of data.entries()) {
      expect([...embedding]).toEqual(plain.data[index].embedding.map(Math.fround));
    }
  });

  it.each([
    ['a malformed key', 'garbage', {}, 'AuthenticationError', 401],
    ['a key without the scope', castKey('nvcf-deployer').key, {}, 'PermissionDeniedError', 403],
    ['a key of another account', FOREIGN, {}, 'NotFoundError', 404],
    ['a model without a function', FULL, { model: 'tiny' }, 'BadRequestError', 400],
  ] as const)('throws its own error for %s', async (_what, key, changed, name, status) => {
    const asked = clientOf(key).chat.completions.create({ model, messages, ...changed });
    const thrown: Client = await asked.catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(clientOf().constructor[name]);
    expect(thrown.status).toBe(status);
    expect(thrown.headers.get('x-request-id')).toMatch(/\S/);
  });

  it('chats at the production host of the gateway, over https only', async () => {
    await writeFile(join(folder, 'ca.pem'), String(secure.caCertificate));
    const script = `
      import OpenAI from 'openai';
      const client = new OpenAI({ apiKey: '${FULL}', baseURL: 'https://llm.invocation.api.nvcf.nvidia.com/v1', maxRetries: 0 });
      const { choices } = await client.chat.completions.create(${JSON.stringify({ model, messages })});
      console.log(choices[0].message.content);`;

    expect(
      await runUnderProductionNames(script, Number(new URL(secure.url).port), join(folder, 'ca.pem'), folder),
    ).toBe('Hello\n');
  });
});
