/** No message, and nothing that the server says of its options, repeats what may be a secret in a value. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { buildServer } from '../../src/app/server.ts';
import { type EffectiveConfig, parseDocument, readConfig, readOptions } from '../../src/config/config.ts';
import { type Config, formatFlagName, formatVariableName, OPTION_NAMES, OPTIONS } from '../../src/config/options.ts';
import { UserError } from '../../src/diagnostics/user-error.ts';
import { checkDataOption } from '../../src/store/data-option.ts';
import { it } from '../support/in-folder.ts';
import { SEED_STATES } from '../support/server.ts';

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
  'postgres.//ada:secret@host.invalid/mock',
  'postgres,//ada:secret@host.invalid/mock',
  'postgres=//ada:secret@host.invalid/mock',
  'https.//secret@host.invalid',
  'a:secret@host.invalid',
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
    if (thrown instanceof UserError) return thrown.message;
    throw thrown;
  }
}

/** What a server says of its options; throws if it does not start. */
async function saidBy(effective: EffectiveConfig): Promise<string> {
  const server = await buildServer({ effective, seedStates: SEED_STATES });
  try {
    const { body } = await server.app.inject({ method: 'GET', url: '/_mock/info' });
    const { notices, posture } = await server.started();
    return [body, ...notices, posture].join('\n');
  } finally {
    await server.close();
  }
}

/** What another option needs, so that this one is looked at. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tlsKey: { tlsCert: fileURLToPath(import.meta.url) },
  tlsCert: { tlsKey: '/nowhere.pem' },
};

const isRead = (value: string) => (name: keyof Config) => OPTIONS[name].read(value) !== undefined;
/** Options that read one of the values, so that a server starts with it or refuses it. */
const READING = OPTION_NAMES.filter((name) => VALUES.some((value) => isRead(value)(name)));

describe('a value with a secret is not repeated:', () => {
  it.for(VALUES)('%s, by what reads the options', async (value, { folder, expect }) => {
    const file = join(folder, 'options.json');
    const refused = OPTION_NAMES.length - OPTION_NAMES.filter(isRead(value)).length;
    const all = (nameOf: (name: keyof Config) => string) =>
      Object.fromEntries(OPTION_NAMES.map((name) => [nameOf(name), value]));
    const byName = all((name) => name);
    await writeFile(file, JSON.stringify(all(formatFlagName)));

    for (const said of [
      await refusalOf(() => readConfig(byName, {})),
      await refusalOf(() => readConfig({}, all(formatVariableName))),
      await refusalOf(() => readConfig({ config: file }, {})),
      await refusalOf(() => readOptions(byName as object)),
    ]) {
      expect(said.split('\n')).toHaveLength(refused);
      expect(said).not.toContain('secret');
    }
  });

  it.for(READING)('%s, by a server that starts or does not', async (name) => {
    for (const value of VALUES.filter((one) => isRead(one)(name))) {
      // Otherwise its file would be made.
      if (name === 'data') expect(checkDataOption(value), value).not.toBeNull();
      const given = OPTIONS[name].repeatable === true ? [value] : value;
      let shown = '';
      const refusal = await refusalOf(async () => {
        shown = await saidBy(await readConfig({ ...BESIDE[name], [name]: given }, {}));
      });
      expect(`${refusal}${shown}`, value).not.toMatch(/secret|^$/);
      // Such a server says that there is one, whatever it is.
      if (name === 'adminToken') break;
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
