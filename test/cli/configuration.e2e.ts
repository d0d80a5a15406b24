/** Flags, variables and files. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, type Running, type Server } from '../support/command.ts';

type Configuration = Record<string, { readonly value: unknown; readonly origin: string }>;

/** Reads the options of a server. */
async function readConfiguration(server: Server): Promise<Configuration> {
  return (await server.call('GET /_mock/info')).body.configuration;
}

describe.concurrent('an option is read', () => {
  it.for(['yaml', 'yml', 'json'])(
    'from config.%s in the folder of --etc, with the seed of that folder',
    async (ending, { command, folder, expect }) => {
      await writeFile(join(folder, `config.${ending}`), '{ "runai": "3.0" }');
      await writeFile(
        join(folder, `seed.${ending}`),
        '{ "runai": { "tenant": { "id": 7, "name": "u", "realm": "u" } } }',
      );
      const server = await command.start(['--etc', '.']);

      expect(await readConfiguration(server)).toMatchObject({
        runai: { value: '3.0', origin: 'file' },
        seed: { value: `./seed.${ending}`, origin: 'file' },
      });
      expect((await server.call('GET /_mock/cast')).body.runai.tenant.name).toBe('u');
    },
  );

  it('from the folder of --etc only if it has one file of each kind', async ({ command, folder, expect }) => {
    for (const name of ['seed.yaml', 'seed.json']) await writeFile(join(folder, name), '{}');
    const { code, stdout, stderr } = await command.run(['--port', '0', '--etc', '.']);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('./seed.yaml and ./seed.json both exist. Keep one of them.');
  });

  it('from the file of --config instead of NV_AUTH_MOCK_CONFIG, and a list from flags', async ({ command, folder }) => {
    await writeFile(join(folder, 'empty.yaml'), '# nothing yet\n');
    await writeFile(join(folder, 'other.yaml'), 'runai-key-limit: 1');
    const server = await command.start(['--config', 'empty.yaml', '--alias', 'one', '--alias', 'two'], {
      env: { NV_AUTH_MOCK_CONFIG: 'other.yaml' },
    });

    expect(await readConfiguration(server)).toMatchObject({
      'runai-key-limit': { value: 20, origin: 'default' },
      alias: { value: ['one', 'two'], origin: 'flag' },
      reseed: { value: false, origin: 'default' },
    });
  });
});

/** The variables that Kubernetes sets in every pod for a Service of this name. */
const INJECTED = {
  NV_AUTH_MOCK_SERVICE_HOST: '10.0.0.7',
  NV_AUTH_MOCK_SERVICE_PORT: '6625',
  NV_AUTH_MOCK_SERVICE_PORT_HTTP: '6625',
  NV_AUTH_MOCK_PORT: 'tcp://10.0.0.7:6625',
  NV_AUTH_MOCK_PORT_6625_TCP: 'tcp://10.0.0.7:6625',
  NV_AUTH_MOCK_PORT_6625_TCP_PROTO: 'tcp',
  NV_AUTH_MOCK_PORT_6625_TCP_PORT: '6625',
  NV_AUTH_MOCK_PORT_6625_TCP_ADDR: '10.0.0.7',
};

describe.concurrent('PORT', () => {
  /** Reads the port and the options of a server. */
  const readInfo = async (running: Running) => {
    const { url, port } = JSON.parse((await running.waitForOutput(/^.*\n/))[0]) as { url: string; port: number };
    const info = (await (await fetch(`${url}/_mock/info`)).json()) as { configuration: Configuration };
    return { port, configuration: info.configuration };
  };

  it('sets the port with the variables of Kubernetes, which are ignored', async ({ command }) => {
    const running = command.launch(['--json'], { env: { ...INJECTED, PORT: '0' } });
    const { port, configuration } = await readInfo(running);
    const others = Object.entries(configuration).filter(([name]) => !['port', 'json'].includes(name));

    expect(port).not.toBe(6625);
    expect(configuration['port']).toEqual({ value: 0, origin: 'variable' });
    expect(others.map(([, { origin }]) => origin)).toEqual(others.map(() => 'default'));
  });

  it('is ignored with NV_AUTH_MOCK_PORT', async ({ command }) => {
    const env = { PORT: 'taken', NV_AUTH_MOCK_PORT: '0', NV_AUTH_MOCK_JSON: 'on' };
    const { configuration } = await readInfo(command.launch([], { env }));

    expect(configuration['port']).toEqual({ value: 0, origin: 'variable' });
  });

  it('is named in the message about its invalid value', async ({ command }) => {
    const { code, stderr } = await command.run([], { env: { PORT: 'http' } });

    expect(code).toBe(2);
    expect(stderr).toMatch(/(?<!NV_AUTH_MOCK_)PORT is `http`. Expected a whole number/);
  });
});

describe.concurrent('an unknown name stops the start with a suggestion:', () => {
  const flags: [args: string[], unknown: string, nearest: string][] = [
    [['--prot', '1'], '--prot', '--port'],
    [['--database', 'mock.db'], '--database', '--data'],
  ];

  it.for(flags)('flag %j', async ([args, unknown, nearest], { command }) => {
    const { code, stdout, stderr } = await command.run(args);

    expect(code).toBe(2);
    expect(stderr).toContain(unknown);
    expect(stderr).toMatch(new RegExp(`${nearest}(?![\\w-])`));
    expect(stdout).toBe('');
  });

  it('variables', async ({ command }) => {
    const nearest = {
      NV_AUTH_MOCK_TOKEN_LIFETMIE: 'NV_AUTH_MOCK_TOKEN_LIFETIME',
      NV_AUTH_MOCK_CONFIGURATION: 'NV_AUTH_MOCK_CONFIG',
      NV_AUTH_MOCK_: 'NV_AUTH_MOCK_\\w+',
    };
    const { code, stdout, stderr } = await command.run(['--port', '0'], { env: nearest });

    expect(code).toBe(2);
    for (const [unknown, known] of Object.entries(nearest)) {
      expect(stderr).toMatch(new RegExp(`${unknown}\\. Did you mean \`${known}\`\\?`));
    }
    expect(stdout).toBe('');
  });

  it('command', async ({ command }) => {
    const { code, stdout, stderr } = await command.run(['strat']);

    expect(code).toBe(2);
    expect(stderr).toContain('`strat`');
    expect(stderr).toContain('`start`');
    expect(stdout).toBe('');
  });
});

describe.concurrent('an invalid value stops the start with the expected values:', () => {
  it('an item of a list', async ({ command }) => {
    expect(await command.run(['--alias', 'good', '--alias', 'b:1', '--alias', 'fine'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--alias is `b:1`. Expected'),
    });
  });

  const lines: [args: string[], message: string][] = [
    [['--port'], '--port has no value. Expected `--port <N>`: port;'],
    [['start', 'now'], '`start` accepts only flags, but got `now`.'],
    [['why', 'id', 'now'], '`why` accepts only one argument and flags, but got `now`.'],
    [
      ['env', '--format', 'xml'],
      "option '--format <FORMAT>' argument 'xml' is invalid. Allowed choices are shell, dotenv,",
    ],
    [['compare'], "required option '--against <URL>' not specified."],
  ];

  it.for(lines)('an invalid command line: %j', async ([args, message], { command }) => {
    const { code, stdout, stderr } = await command.run(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`nv-auth-mock: ${message}`);
  });

  it('with its flag, variable or key, for all faults at once', async ({ command, folder }) => {
    await writeFile(join(folder, 'options.yaml'), 'explain: maybe\nlog-levle: info\n');
    const { code, stderr } = await command.run(['--port', 'x', '--token-lifetime', '5', '--config', 'options.yaml'], {
      env: { NV_AUTH_MOCK_RUNAI_KEY_LIMIT: '-1', NV_AUTH_MOCK_SED: 'none' },
    });

    expect(code).toBe(2);
    for (const reported of [
      '--port is `x`. Expected',
      '--token-lifetime is `5`. Expected',
      'NV_AUTH_MOCK_RUNAI_KEY_LIMIT is `-1`. Expected',
      '`explain` in --config options.yaml, line 1, is `maybe`. Expected',
      '`log-level`',
      '`NV_AUTH_MOCK_SEED`',
    ]) {
      expect(stderr).toContain(reported);
    }
  });
});

describe.concurrent('an invalid config file stops the start:', () => {
  const files: [title: string, file: string, text: string | null, message: RegExp][] = [
    ['a missing file', 'missing.yaml', null, /cannot be read/],
    ['a value that is an object', 'nested.yaml', 'data:\n  file: mock.db\n', /`data`/],
  ];

  it.for(files)('%s', async ([, file, text, message], { command, folder }) => {
    if (text !== null) await writeFile(join(folder, file), text);

    expect(await command.run(['--port', '0', '--config', file])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  it('a key without a value creates no file called `null`', async ({ command, folder }) => {
    await writeFile(join(folder, 'options.yaml'), 'data:\n');
    const running = command.launch(['--port', '0', '--config', 'options.yaml']);
    await Promise.race([running.ended, running.waitForOutput(/ready on/).catch(() => {})]);

    expect(await readdir(folder)).toEqual(['options.yaml']);
  });
});
