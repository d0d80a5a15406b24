/** No message, and nothing that the server says of its options, repeats what may be a secret in a value. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { buildServer } from '../../src/app/server.ts';
import { type Effective, parseDocument, readConfig, readOptions } from '../../src/config/config.ts';
import { flagName, OPTION_NAMES, OPTIONS, variableName } from '../../src/config/options.ts';
import { Unusable } from '../../src/core/unusable.ts';
import { faultOfData } from '../../src/store/data-option.ts';
import { it } from '../support/in-folder.ts';
import { SHARED } from '../support/server.ts';

/** Each has a password, or a part of one, that contains `secret`. */
const VALUES = [
  'https://ada:secret@host.invalid',
  'https://secret@host.invalid/keys',
  'https://ada:1/secret@host.invalid',
  'https://ada:1?secret@host.invalid',
  'https://ada:1,secret@host.invalid',
  'https://ada:a secret@host.invalid',
  'https;//ada:secret@host.invalid',
  'https:/ada:secret@host.invalid',
  'ada:secret@host.invalid',
  'http://127.0.0.1:1/keys?token=secret',
  'http://127.0.0.1:1/#token=secret',
  'host.invalid/keys?token=secret',
  'jdbc:postgresql://host.invalid/mock?password=secret',
  'postgres;//ada:secret@host.invalid/mock',
  'Server=host.invalid;Password=secret',
  'runai=https://ada:secret@host.invalid/openapi.json',
  'app=https://ada:secret@host.invalid/callback',
];

/** Why a configuration is refused; empty if it is not. */
async function refusalOf(read: () => unknown): Promise<string> {
  try {
    await read();
    return '';
  } catch (thrown) {
    if (thrown instanceof Unusable) return thrown.message;
    throw thrown;
  }
}

/** What a server says of its options; throws if it does not start. */
async function saidBy(effective: Effective): Promise<string> {
  const server = await buildServer({ effective, ...SHARED });
  try {
    const { body } = await server.app.inject({ method: 'GET', url: '/_mock/info' });
    const { notices, posture } = await server.begun();
    return [body, ...notices, posture].join('\n');
  } finally {
    await server.close();
  }
}

/** What another option needs, so that this one is looked at. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tlsKey: { tlsCert: '/nowhere.pem' },
  tlsCert: { tlsKey: '/nowhere.pem' },
};

describe.concurrent('a value with a secret is not repeated:', () => {
  it.for(OPTION_NAMES)('%s', { timeout: 60_000 }, async (name, { folder, expect }) => {
    const beside = BESIDE[name] ?? {};
    const flags = Object.entries(beside);
    const variables = Object.fromEntries(flags.map(([other, text]) => [variableName(other), text]));
    // Anything else would be made.
    const values = name === 'data' ? VALUES.filter((value) => faultOfData(value) !== null) : VALUES;
    for (const [index, value] of values.entries()) {
      const file = join(folder, `${index}.json`);
      const content = { ...Object.fromEntries(flags.map(([other, text]) => [flagName(other), text])) };
      await writeFile(file, JSON.stringify({ ...content, [flagName(name)]: value }));
      const given = OPTIONS[name].repeatable === true ? [value] : value;
      let shown = '';
      for (const said of [
        await refusalOf(async () => {
          shown = await saidBy(await readConfig({ ...beside, [name]: given }, {}));
        }),
        shown,
        await refusalOf(() => readConfig({}, { ...variables, [variableName(name)]: value })),
        await refusalOf(() => readConfig({ config: file }, {})),
        await refusalOf(() => readOptions({ ...beside, [name]: value } as object)),
      ]) {
        expect(said, `${name} ${value}`).not.toContain('secret');
      }
    }
  });

  it('the names of --config and --etc', async () => {
    for (const value of VALUES) {
      for (const flag of ['config', 'etc']) {
        const said = await refusalOf(() => readConfig({ [flag]: value }, {}));
        expect(said).toContain(`--${flag} `);
        expect(said).not.toContain('secret');
      }
    }
  });

  it('a file whose syntax is wrong', async () => {
    for (const [text, isJson] of [
      ['admin-token: "secret-token\nport: 1', false],
      ['admin-token: secret: token', false],
      ['admin-token: *secret', false],
      ['admin-token: |-secret\n  token', false],
      ['{"admin-token": x, "a": "secret"}', true],
      ['{"a": "secret" "b"}', true],
    ] as const) {
      const said = await parseDocument(text, '--config options', isJson).catch(String);
      expect(said).toMatch(/--config options is not valid (?:JSON|YAML)/);
      expect(said).not.toContain('secret');
    }
  });
});
