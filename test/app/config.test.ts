/**
 * The sources of option values. Error messages of the command: `test/cli/configuration.e2e.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createConfig, findProxyVariable, readConfig, readOptions } from '../../src/app/config.ts';
import { parseDocument, readDocument } from '../../src/lib/document-file.ts';
import { it } from '../support/in-folder.ts';

describe('the configuration from a program', () => {
  it('has the options of the program and the defaults', () => {
    const { config, origins } = readOptions({ port: 0, tokenLifetime: '1500ms', alias: ['a', 'b'], explain: false });

    expect(config).toMatchObject({
      port: 0,
      tokenLifetime: { access: 1500 },
      alias: ['a', 'b'],
      explain: false,
      host: '127.0.0.1',
    });
    expect(origins).toMatchObject({ port: 'option', host: 'default' });
    expect(createConfig({ port: 1 })).toMatchObject({
      config: { port: 1 },
      origins: { port: 'flag', host: 'default' },
    });
  });

  it('is rejected with all its errors', () => {
    // A program without type checks can pass these.
    const options: object = { prot: 1, port: 'x', adminToken: 'short' };

    expect(() => readOptions(options)).toThrow(
      /`prot`.*`port`\?\n.*`port` is `x`\. Expected.*\n.*`adminToken` is not valid/,
    );
  });
});

describe('the configuration of the command', () => {
  it('prefers flags to variables, variables to a file, and a file to the defaults', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'port: 1\nhost: 0.0.0.0\ntoken-lifetime: 15m\n');
    const environment = { NV_AUTH_MOCK_PORT: '2', NV_AUTH_MOCK_HOST: '::1', NV_AUTH_MOCK_CONFIG: file };
    const { config, origins } = await readConfig({ port: '3' }, environment);

    expect(config).toMatchObject({ port: 3, host: '::1', tokenLifetime: { access: 900_000 }, json: false });
    expect(origins).toMatchObject({ port: 'flag', host: 'variable', tokenLifetime: 'file', json: 'default' });
  });

  it('keeps the state in memory if the data file has the name that SQLite gives to memory', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'data: ":memory:"\n');
    const results = [
      await readConfig({ data: ':memory:' }, {}),
      await readConfig({}, { NV_AUTH_MOCK_DATA: ':memory:' }),
      await readConfig({ config: file }, {}),
      readOptions({ data: ':memory:' }),
    ];
    expect(results.map(({ config, origins }) => [config.data, origins.data])).toEqual([
      [null, 'flag'],
      [null, 'variable'],
      [null, 'file'],
      [null, 'option'],
    ]);
  });

  it('ignores the variables of the libraries in other languages', async () => {
    const variables = { NV_AUTH_MOCK_URL: 'http://127.0.0.1:1', NV_AUTH_MOCK_COMMAND: 'node dist/main.cjs' };
    const { origins } = await readConfig({}, variables);

    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
  });

  it('is rejected with unknown names', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'prot: 1\nport: [1]\ntoken_lifetime: 1m\ntokenLifeTime: 2m\n');

    await expect(readConfig({ config: file }, { NV_AUTH_MOCK_HOTS: 'x' })).rejects.toThrow(/NV_AUTH_MOCK_HOTS/);
    await expect(readConfig({ config: file }, {})).rejects.toThrow(/`prot`/);
    for (const key of [
      /`token_lifetime`.*Did you mean `token-lifetime`\?/,
      /`tokenLifeTime`.*Did you mean `token-lifetime`\?/,
    ])
      await expect(readConfig({ config: file }, {})).rejects.toThrow(key);
    await expect(readConfig({ etc: join(folder, 'nothing') }, {})).rejects.toThrow('does not exist. Expected a folder');
  });

  it('is rejected with two names or several values of one option', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'world: [a]\nworlds: [b]\nport: [1, 2]\n');

    await expect(readConfig({ config: file }, {})).rejects.toThrow(
      `\`worlds\` in --config ${file}, line 2, is the same option as \`world\` in --config ${file}, line 1. Keep one`,
    );
    await expect(readConfig({ config: file }, {})).rejects.toThrow(
      `\`port\` in --config ${file}, line 3, has several values.`,
    );
  });
});

describe('a configuration document', () => {
  it('can be JSON', async ({ folder }) => {
    const file = join(folder, 'a.json');
    await writeFile(file, '{"a":[1]}');

    expect(await readDocument(file, '--seed')).toEqual({ a: [1] });
  });

  it('may start with a byte order mark', async ({ folder }) => {
    const file = join(folder, 'a.json');
    await writeFile(file, '\uFEFF{"a":1}');

    expect(await readDocument(file, '--seed')).toEqual({ a: 1 });
  });

  it('may merge parts of YAML', async ({ folder }) => {
    const file = join(folder, 'a.yaml');
    await writeFile(file, 'shared: &shared {a: 1}\nuser: {<<: *shared, b: 2}\n');

    expect(await readDocument(file, '--seed')).toEqual({ shared: { a: 1 }, user: { a: 1, b: 2 } });
  });

  it('with invalid syntax is rejected with its line', async ({ folder }) => {
    const file = join(folder, 'a.yaml');
    await writeFile(file, 'a: 1\nb: {\n');

    await expect(readDocument(file, '--seed')).rejects.toThrow(/line \d/);
    await expect(readDocument(join(folder, 'nothing'), '--seed')).rejects.toThrow('--seed');
  });

  it.each([
    ['in its first characters', '{\n  "a": x,\n  "b": 222222222222222222\n}', 'is not valid JSON, line 2:'],
    ['in its middle', '{\n  "a": 1111111111,\n  "b": x,\n  "c": 3333333333\n}', 'is not valid JSON, line 3:'],
    ['at its end', '{\n  "a": 1111111111,\n  "b": x\n}', 'is not valid JSON, line 3:'],
    ['and is too short to name a line', '{\n\n"a": x }', 'is not valid JSON: Unexpected token'],
  ])('of invalid JSON %s is rejected with the line if it is known', async (_where, text, message) => {
    await expect(parseDocument(text, '--seed a.json', true)).rejects.toThrow(message);
  });

  it('has a maximum size in bytes', async ({ folder }) => {
    const file = join(folder, 'a.yaml');
    await writeFile(file, `a: ${'é'.repeat(30)}\nb: 1\nc: 2\n`);

    await expect(readDocument(file, '--spec', '', 70)).rejects.toThrow('is larger than');
    expect(await readDocument(file, '--spec', '', 80)).toMatchObject({ b: 1, c: 2 });
  });
});

it.each([
  ['https://a', { https_proxy: 'p', HTTP_PROXY: 'p' }, 'https_proxy'],
  ['http://a', { https_proxy: 'p' }, null],
  ['http://a', { ALL_PROXY: 'p', NO_PROXY: '' }, 'ALL_PROXY'],
  ['http://a.test:1', { HTTP_PROXY: 'p', NO_PROXY: 'b, a.test,' }, null],
  ['http://a.test', { HTTP_PROXY: 'p', no_proxy: '.test' }, null],
  ['http://a.test', { HTTP_PROXY: 'p', NO_PROXY: 'est' }, 'HTTP_PROXY'],
  ['http://a', { HTTP_PROXY: 'p', NO_PROXY: '*' }, null],
])('the proxy for %s with %j is in %s', (url, environment, variable) => {
  expect(findProxyVariable(url, environment)).toBe(variable);
});
