/**
 * Where values come from. How a person is told what is wrong with them: `test/cli/configuration.e2e.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createConfig, findProxyVariables, readConfig, readDocument, readOptions } from '../../src/config/config.ts';
import { formatFlagName, formatVariableName } from '../../src/config/options.ts';
import { REMOVED_OPTIONS } from '../../src/config/removed-options.ts';
import { it } from '../support/in-folder.ts';

describe('the configuration of a program', () => {
  it('is what it gives, and else what is usual', () => {
    const { config, origins } = readOptions({ port: 0, tokenTtl: 1500, alias: ['a', 'b'], explain: false });

    expect(config).toMatchObject({
      port: 0,
      tokenTtl: { access: 1500 },
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

  it('is refused with all that is wrong with it', () => {
    // What a program without types may give.
    const options: object = { prot: 1, port: 'x', adminToken: 'short' };

    expect(() => readOptions(options)).toThrow(
      /`prot`.*`port`\?\n.*`port` is `x`\. Expected.*\n.*`adminToken` is not valid/,
    );
  });
});

describe('the configuration of the command', () => {
  it('is that of its flags, over variables, over a file, over what is usual', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'port: 1\nhost: 0.0.0.0\ntoken-ttl: 15m\n');
    const environment = { NV_AUTH_MOCK_PORT: '2', NV_AUTH_MOCK_HOST: '::1', NV_AUTH_MOCK_CONFIG: file };
    const { config, origins } = await readConfig({ port: '3' }, environment);

    expect(config).toMatchObject({ port: 3, host: '::1', tokenTtl: { access: 900_000 }, json: false });
    expect(origins).toMatchObject({ port: 'flag', host: 'variable', tokenTtl: 'file', json: 'default' });
  });

  it('keeps the state in memory if the data file has the name that SQLite gives to memory', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'data: ":memory:"\n');
    const given = [
      await readConfig({ data: ':memory:' }, {}),
      await readConfig({}, { NV_AUTH_MOCK_DATA: ':memory:' }),
      await readConfig({ config: file }, {}),
      readOptions({ data: ':memory:' }),
    ];
    expect(given.map(({ config, origins }) => [config.data, origins.data])).toEqual([
      [null, 'flag'],
      [null, 'variable'],
      [null, 'file'],
      [null, 'option'],
    ]);
  });

  it('passes over the variables that the libraries of other languages read', async () => {
    const variables = { NV_AUTH_MOCK_URL: 'http://127.0.0.1:1', NV_AUTH_MOCK_COMMAND: 'node dist/main.cjs' };
    const { origins } = await readConfig({}, variables);

    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
  });

  it('finds its file and its seed in a folder', async ({ folder }) => {
    await writeFile(join(folder, 'config.yaml'), 'port: 1\n');
    await writeFile(join(folder, 'seed.yaml'), '{}\n');
    const { config } = await readConfig({ etc: folder }, {});

    expect(config).toMatchObject({ port: 1, seed: join(folder, 'seed.yaml') });
  });

  it('is refused with the names that were meant', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'prot: 1\nport: [1]\n');

    await expect(readConfig({ config: file }, { NV_AUTH_MOCK_HOTS: 'x' })).rejects.toThrow(/NV_AUTH_MOCK_HOTS/);
    await expect(readConfig({ config: file }, {})).rejects.toThrow(/`prot`/);
    await expect(readConfig({ etc: join(folder, 'nothing') }, {})).rejects.toThrow('does not exist. Expected a folder');
  });

  it('is refused with the reason why an option is gone', async ({ folder }) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'key-cache: documented\n');
    const removed = 'was removed: the key service no longer emulates caches; remove the option.';

    await expect(readConfig({}, { NV_AUTH_MOCK_KEY_CACHE: 'off' })).rejects.toThrow(
      `The variable NV_AUTH_MOCK_KEY_CACHE ${removed}`,
    );
    await expect(readConfig({ config: file }, {})).rejects.toThrow(
      `The key \`key-cache\` in --config ${file}, line 1 ${removed}`,
    );
    const options = { keyCache: 'off' } as Parameters<typeof readOptions>[0];
    expect(() => readOptions(options)).toThrow(`The option \`keyCache\` ${removed}`);
  });

  it.for(Object.entries(REMOVED_OPTIONS))(
    'is refused with what to use instead of %s',
    async ([name, instead], { folder }) => {
      const file = join(folder, 'config.yaml');
      await writeFile(file, `${formatFlagName(name)}: 1\n`);
      const refused = `was removed: ${instead}.`;

      await expect(readConfig({}, { [formatVariableName(name)]: '1' })).rejects.toThrow(refused);
      await expect(readConfig({ config: file }, {})).rejects.toThrow(refused);
      expect(() => readOptions({ [name]: 1 })).toThrow(refused);
    },
  );
});

describe('a document', () => {
  it('is JSON or YAML', async ({ folder }) => {
    const file = join(folder, 'a.json');
    await writeFile(file, '{"a":[1]}');

    expect(await readDocument(file, '--seed')).toEqual({ a: [1] });
  });

  it('may begin with a byte order mark, as some editors write it', async ({ folder }) => {
    const file = join(folder, 'a.json');
    await writeFile(file, '\uFEFF{"a":1}');

    expect(await readDocument(file, '--seed')).toEqual({ a: 1 });
  });

  it('may merge parts of YAML', async ({ folder }) => {
    const file = join(folder, 'a.yaml');
    await writeFile(file, 'shared: &shared {a: 1}\nuser: {<<: *shared, b: 2}\n');

    expect(await readDocument(file, '--seed')).toEqual({ shared: { a: 1 }, user: { a: 1, b: 2 } });
  });

  it('that cannot be read is told with its line', async ({ folder }) => {
    const file = join(folder, 'a.yaml');
    await writeFile(file, 'a: 1\nb: {\n');

    await expect(readDocument(file, '--seed')).rejects.toThrow(/line \d/);
    await expect(readDocument(join(folder, 'nothing'), '--seed')).rejects.toThrow('--seed');
  });
});

it('what the environment says of proxies depends on the scheme, and on no case', () => {
  const environment = { https_proxy: 'http://p', NO_PROXY: 'localhost, mock,' };

  expect(findProxyVariables('https://a', environment)).toEqual({
    proxy: 'https_proxy',
    exceptions: ['localhost', 'mock'],
  });
  expect(findProxyVariables('http://a', environment)).toEqual({ proxy: null, exceptions: ['localhost', 'mock'] });
  expect(findProxyVariables('http://a', { ALL_PROXY: 'http://p' })).toEqual({ proxy: 'ALL_PROXY', exceptions: [] });
});
