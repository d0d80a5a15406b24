/** Functions called by gRPC's own client for Node. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { listeningServer } from '../support/listening.ts';
import { castKey } from '../support/ngc-cast.ts';
import { FULL, NOBODY, placeOf } from '../support/nvcf-client.ts';
import { copied } from '../support/package.ts';

const GRPC = '@grpc/grpc-js@1.14.7';
const PATIENCE_MS = 240_000;
const METHOD = '/acme.Echo/Say';

// biome-ignore lint/suspicious/noExplicitAny: the package is fetched when the test runs, so its types are not known
type Any = any;

let grpc: Any;
const { url } = await listeningServer();
const METADATA = { authorization: `Bearer ${FULL}`, 'function-id': placeOf('echo').functionId };
const asIs = (bytes: Buffer) => bytes;

beforeAll(async () => {
  const folder = await copied([], [GRPC]);
  grpc = createRequire(join(folder, 'package.json'))('@grpc/grpc-js');
}, PATIENCE_MS);

function clientOf(): Any {
  const client = new grpc.Client(new URL(url).host, grpc.credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

function metadataOf(changed: Readonly<Record<string, string>> = {}): Any {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries({ ...METADATA, ...changed })) if (value !== '') metadata.set(name, value);
  return metadata;
}

/** The echo of a message, or the error that the client makes of a refusal. */
function say(text: string, changed?: Readonly<Record<string, string>>): Promise<Any> {
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + 10_000 };
    const done = (error: Any, echo: Buffer) => resolve(error ?? echo.toString());
    clientOf().makeUnaryRequest(METHOD, asIs, asIs, Buffer.from(text), metadataOf(changed), options, done);
  });
}

describe("gRPC's client", { timeout: PATIENCE_MS }, () => {
  it('gets an echo of its message, also of an empty one', async () => {
    expect(await say('hello')).toBe('hello');
    expect(await say('')).toBe('');
  });

  it('streams in both directions, each message answered before the next', async () => {
    const stream = clientOf().makeBidiStreamRequest(METHOD, asIs, asIs, metadataOf());
    const words = ['one', 'two', 'three'];
    const heard: string[] = [];
    const ended = new Promise<Any>((resolve) => stream.on('status', resolve));
    stream.on('data', (message: Buffer) => {
      heard.push(message.toString());
      const next = words[heard.length];
      if (next === undefined) stream.end();
      else stream.write(Buffer.from(next));
    });
    stream.write(Buffer.from('one'));

    expect((await ended).code).toBe(grpc.status.OK);
    expect(heard).toEqual(words);
  });

  it('streams its messages, and reads theirs', async () => {
    const served = clientOf().makeServerStreamRequest(METHOD, asIs, asIs, Buffer.from('one'), metadataOf());
    const heard: string[] = [];
    for await (const message of served) heard.push(String(message));
    const sent = await new Promise<Any>((resolve) => {
      const stream = clientOf().makeClientStreamRequest(METHOD, asIs, asIs, metadataOf(), (error: Any, echo: Buffer) =>
        resolve(error ?? echo.toString()),
      );
      stream.write(Buffer.from('only'));
      stream.end();
    });

    expect(heard).toEqual(['one']);
    expect(sent).toBe('only');
  });

  it.each([
    [
      'no authorization',
      { authorization: '' },
      'UNAUTHENTICATED',
      'no authorization was passed in the metadata',
      'deny',
    ],
    [
      'a key without `Bearer`',
      { authorization: FULL },
      'UNAUTHENTICATED',
      'no authorization was passed in the metadata',
      'deny',
    ],
    ['no function', { 'function-id': '' }, 'INVALID_ARGUMENT', 'no function-id was passed in the metadata', undefined],
    [
      'an unknown function',
      { 'function-id': NOBODY },
      'NOT_FOUND',
      `Function '${NOBODY}': Not found for account 'nca-acme-0001'`,
      'deny',
    ],
    [
      'a key without the scope',
      { authorization: `Bearer ${castKey('nvcf-deployer').key}` },
      'PERMISSION_DENIED',
      'missing requested authorities',
      'deny',
    ],
    ['an unknown session', { 'nvcf-reqid': 'x' }, 'NOT_FOUND', 'no existing session found', 'allow'],
  ] as const)('reports the code and the words for %s', async (_what, changed, code, details, effect) => {
    const error = await say('hello', changed);

    expect([error.code, error.details]).toEqual([grpc.status[code], details]);
    expect(JSON.parse(error.metadata.get('x-mock-decision')[0] ?? '{}').effect).toBe(effect);
  });

  it('sends a large message in pieces, and no larger one', async () => {
    expect(await say('x'.repeat(1024 * 1024))).toHaveLength(1024 * 1024);
    expect((await say('x'.repeat(1024 * 1024 + 1))).code).toBe(grpc.status.RESOURCE_EXHAUSTED);
  });
});
