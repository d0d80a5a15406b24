import { describe, expect, it } from 'vitest';
import type { createFunctionRow } from '../../../src/services/nvcf/functions.ts';
import { checkLlmConfig } from '../../../src/services/nvcf/llm-checks.ts';
import { applyLlmChange, checkModelUpdates, checkUnchangedSettings } from '../../../src/services/nvcf/llm-config.ts';
import {
  ACME,
  DEFINITION,
  expectInvalid,
  expectProblem,
  inPath,
  nvcfServer,
  type Place,
} from '../../support/nvcf-client.ts';

const { acme, create } = await nvcfServer();

const CONFIG = { uris: ['/v1/chat/completions'], tokenizer: 't', tokenRateLimit: '10-S', routingMethod: 'random' };
const MODEL = { name: 'small', llmConfig: CONFIG };
const LLM = {
  ...DEFINITION,
  functionType: 'LLM',
  models: [MODEL, { name: 'large', llmConfig: { uris: ['/v1/responses'] } }],
};
const FILES = { name: 'small', version: '1', uri: '/s' };
const modelWith = (llmConfig: object) => ({ models: [{ name: 'm', llmConfig }] });
const priorityOf = (defaultPriority: number) => ({ llmInvocationConfig: { priority: { defaultPriority } } });

const read = async (place: Place) => (await acme(`GET ${inPath(place)}`)).body.function;
const addVersion = async ({ functionId }: Place, members: object) =>
  acme(`POST functions/${functionId}/versions`, { ...LLM, ...members });
const subject = ({ functionId, versionId }: Place) => `Function id '${functionId}', version '${versionId}'`;

const invalidMethod = (model: string, rule: string) =>
  `Invalid request: 'llmConfig.routingMethod' for model '${model}' is invalid: ${rule}`;

describe('an LLM function', () => {
  it('stores the configuration of its models, which require no files', async () => {
    const place = await create({ ...LLM, ...priorityOf(4) });

    expect(await read(place)).toMatchObject({ models: LLM.models, ...priorityOf(4) });
  });

  it.each([
    ['with a model without `uris`', modelWith({}), 'uris'],
    ['with a model with empty `uris`', modelWith({ uris: [] }), 'uris'],
    ['with a negative priority', priorityOf(-1), 'defaultPriority'],
    ['with a priority above the maximum', priorityOf(4_294_967_296), 'defaultPriority'],
    [
      'with priorities of accounts, but no default priority',
      { llmInvocationConfig: { priority: { perAccountPriority: { [ACME]: 1 } } } },
      "Invalid priority: 'defaultPriority' is required when 'perAccountPriority' has entries",
    ],
  ])('is not created %s', async (_what, members, message) => {
    expectInvalid(await acme('POST functions', { ...LLM, ...members }), 'POST functions', message);
  });

  it.each([
    [
      'with a model without `llmConfig`',
      { models: [MODEL, { ...FILES, name: 'other' }] },
      "Invalid request: LLM function models must specify 'llmConfig'",
    ],
    [
      'with an invalid routing method',
      modelWith({ ...CONFIG, routingMethod: 'pulsar,seed=x' }),
      invalidMethod('m', 'commas are not allowed'),
    ],
    [
      'with an invalid token rate limit',
      modelWith({ ...CONFIG, tokenRateLimit: '1-Y' }),
      "Invalid request: 'llmConfig.tokenRateLimit' for model 'm' is invalid; expected comma-separated '<positiveInteger>-<unit>' entries with unit in [S, M, H, D, W] (for example '100000-S' or '10-M,5-S')",
    ],
  ])('is not created %s, with the text of the published code', async (_what, members, text) => {
    const body = { ...LLM, containerImage: 'nvcr.io/image:1', ...members };

    expectProblem(await acme('POST functions', body), 'POST functions', 400, text);
  });

  it('is updated in all versions together', async () => {
    const first = await create(LLM);
    const { body } = await addVersion(first, { models: [{ ...MODEL, version: '2', uri: '/s' }] });
    const second = { functionId: first.functionId, versionId: body.function.versionId };
    const answer = await acme(`PUT ${inPath(second)}`, {
      modelUpdates: [{ modelName: 'small', llmConfig: { tokenRateLimit: '7-W', uris: ['ignored'] } }],
      ...priorityOf(0),
    });
    const changed = { ...CONFIG, tokenRateLimit: '7-W' };

    expect(answer.status).toBe(200);
    expect(answer.body.function).toMatchObject({ models: [{ llmConfig: changed, version: '2' }], ...priorityOf(0) });
    expect(await read(first)).toMatchObject({ models: [{ llmConfig: changed }, LLM.models[1]], ...priorityOf(0) });
  });

  it('is not updated with unknown models, duplicates or invalid changes', async () => {
    const place = await create(LLM);
    const request = `PUT ${inPath(place)}`;
    const updates = (...modelUpdates: readonly object[]) => ({ tags: ['no'], modelUpdates });
    const limit = { llmConfig: { tokenRateLimit: '1-S' } };

    const unknown = `${subject(place)}: Model 'huge' not found`;
    expectProblem(await acme(request, updates({ modelName: 'huge', ...limit })), request, 404, unknown);
    const duplicates = updates({ modelName: 'small', ...limit }, { modelName: 'small', ...limit });
    expectInvalid(await acme(request, duplicates), request, 'modelUpdates');
    for (const empty of [{ modelName: 'small' }, { modelName: 'small', llmConfig: {} }]) {
      expectInvalid(await acme(request, updates(empty)), request, 'llmConfig.tokenRateLimit');
    }
    const invalid = updates({ modelName: 'small', llmConfig: { routingMethod: 'round robin' } });
    const text = invalidMethod('small', 'method name must match [A-Za-z][A-Za-z0-9_-]*');
    expectProblem(await acme(request, invalid), request, 400, text);
    expect(await read(place)).not.toHaveProperty('tags');
  });
});

describe('a new version of an LLM function', () => {
  it('updates the shared configuration of all versions, and inherits the rest', async () => {
    const first = await create({ ...LLM, ...priorityOf(9) });
    const updated = { ...CONFIG, routingMethod: 'pulsar' };
    const second = await addVersion(first, { models: [{ name: 'small', llmConfig: updated }] });

    expect(second.body.function).toMatchObject(priorityOf(9));
    expect((await read(first)).models).toEqual([{ name: 'small', llmConfig: updated }, LLM.models[1]]);
    await addVersion(first, { ...priorityOf(1), models: [{ name: 'new', llmConfig: CONFIG }] });
    expect(await read(first)).toMatchObject(priorityOf(1));
  });

  it.each([
    ['uris', { uris: ['/v1/responses'] }],
    ['tokenizer', { tokenizer: 'other' }],
  ])('cannot change the `%s` of its models', async (member, members) => {
    const first = await create(LLM);
    const answer = await addVersion(first, { models: [{ name: 'small', llmConfig: { ...CONFIG, ...members } }] });

    const detail = `${subject(first)}: 'llmConfig.${member}' for model 'small' must match existing versions`;
    expectProblem(answer, `POST functions/${first.functionId}/versions`, 400, detail);
  });

  it('must have the same function type', async () => {
    for (const [before, after] of [
      ['LLM', 'DEFAULT'],
      ['DEFAULT', 'LLM'],
    ] as const) {
      const models = before === 'LLM' ? [MODEL] : [FILES];
      const first = await create({ functionType: before, models });
      const answer = await addVersion(first, { functionType: after, models: [{ ...FILES, llmConfig: CONFIG }] });
      const detail = `Function id '${first.functionId}': all versions must share the same functionType; existing version '${first.versionId}' is '${before}'`;
      expectProblem(answer, `POST functions/${first.functionId}/versions`, 400, detail);
    }
  });
});

it('other functions reject the configuration of LLM functions', async () => {
  const place = await create({ models: [FILES] });
  const request = `PUT ${inPath(place)}`;
  const modelUpdates = [{ modelName: 'small', llmConfig: { tokenRateLimit: '1-S' } }];

  const modelDetail = `${subject(place)}: Only LLM functions support model config updates`;
  expectProblem(await acme(request, { modelUpdates }), request, 400, modelDetail);
  const invocationDetail = 'Only LLM functions support llmInvocationConfig';
  expectProblem(await acme(request, priorityOf(1)), request, 400, invocationDetail);
});

it('20,000 models are checked and updated', () => {
  const models = Array.from({ length: 20_000 }, (_, index) => ({ name: `m${index}`, llmConfig: { uris: ['/'] } }));
  const version = { definition: { models } } as unknown as Parameters<typeof applyLlmChange>[0];
  const row = { id: 'v', body: version } as ReturnType<typeof createFunctionRow>;
  const modelUpdates = models.map(({ name }) => ({ modelName: name, llmConfig: { routingMethod: 'random' } }));

  checkUnchangedSettings('f', { models }, [row]);
  checkModelUpdates(version, modelUpdates, 'f');
  expect(applyLlmChange(version, { modelUpdates }).definition.models?.at(-1)?.llmConfig?.routingMethod).toBe('random');
});

describe('a routing method', () => {
  const repeatParameters = (count: number) => Array.from({ length: count }, (_, index) => `;p${index}=x`).join('');
  const check = (routingMethod: string) => () => checkLlmConfig('m', { routingMethod });

  it.each([
    ...['', '   ', '  pulsar  ', 'Power_Of_Two', 'power-of-n', 'sticky', 'pulsar; seed=a;  n=-1', 'a'.repeat(1024)],
    ...[
      `pulsar${repeatParameters(32)}`,
      'p;n=999999999999999',
      'p;n=-999999999999.999',
      'p;s=*',
      "p;s=a!#$%&'*+.^_`|~:/-",
    ],
    ...['p;s=""', 'p;s="a b"', String.raw`p;s="a\"b\\c"`],
  ])('is accepted: %s', (text) => {
    expect(check(text)).not.toThrow();
  });

  const METHOD = 'method name must match [A-Za-z][A-Za-z0-9_-]*';
  const parameter = (text: string) => `parameter '${text}' must be key=value with key matching [a-z][a-z0-9_]*`;
  const value = (key: string) => `value for '${key}' must be an integer, decimal, token, or quoted string`;
  it.each<[text: string, rule: string]>([
    ...[
      ...['round robin', '2', ';seed=x', 'pulsar ;seed=x', '\tpulsar'].map((text): [string, string] => [text, METHOD]),
    ],
    ...['seed = x', 'seed= x', '\tseed=x', 'seed', 'seed=', '=x', 'Seed=x', '2n=1', ''].map(
      (text): [string, string] => [`pulsar;${text}`, parameter(text.replace('\t', '?'))],
    ),
    ...['?1', '1.2345', '1000000000000000', '1000000000000.1', '1.', '"a', '"a\tb"', '"\u00e9"', ':YQ==:'].map(
      (text): [string, string] => [`pulsar;n=${text}`, value('n')],
    ),
    ['pulsar;seed="a;b"', value('seed')],
    ['pulsar;seed="a,b"', 'commas are not allowed'],
    ['pulsar;n=1;n=2', "duplicate parameter 'n'"],
    [`pulsar${repeatParameters(33)}`, 'at most 32 parameters are allowed'],
    ['a'.repeat(1025), 'expression exceeds 1024 bytes'],
    [`pulsar;seed="${'\u00e9'.repeat(506)}"`, 'expression exceeds 1024 bytes'],
  ])('is rejected by the published rule: %s', (text, rule) => {
    expect(check(text)).toThrow(invalidMethod('m', rule));
  });
});
