/** No error message and no output of the server contains a possible secret of an option value. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { type EffectiveConfig, readConfig, readOptions } from '../../src/app/config.ts';
import { type Config, formatFlagName, formatVariableName, OPTION_NAMES, OPTIONS } from '../../src/app/options.ts';
import { buildServer } from '../../src/app/server.ts';
import { parseDocument } from '../../src/lib/document-file.ts';
import { UserError } from '../../src/lib/errors.ts';
import { checkDataOption } from '../../src/store/data-option.ts';
import { it } from '../support/in-folder.ts';
import { SEED_STATES } from '../support/server.ts';

/** Each value has a password that contains `secret`. */
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

/** Returns the error message of an invalid configuration; empty if it is valid. */
async function readError(read: () => unknown): Promise<string> {
  try {
    await read();
    return '';
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.message;
    throw thrown;
  }
}

/** Reads the output of a server about its options; throws if it does not start. */
async function readOutput(effective: EffectiveConfig): Promise<string> {
  const server = await buildServer({ effective, seedStates: SEED_STATES });
  try {
    const { body } = await server.app.inject({ method: 'GET', url: '/_mock/info' });
    const { notices, posture } = server.startup;
    return [body, ...notices, posture].join('\n');
  } finally {
    await server.close();
  }
}

/** Options that another option requires. */
const REQUIRED_WITH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tlsKey: { tlsCert: fileURLToPath(import.meta.url) },
  tlsCert: { tlsKey: '/nowhere.pem' },
};

const canRead = (value: string) => (name: keyof Config) => OPTIONS[name].read(value) !== undefined;
/** Options that accept at least one of the values syntactically. */
const READING_OPTIONS = OPTION_NAMES.filter((name) => VALUES.some((value) => canRead(value)(name)));

describe('a value with a secret is not printed:', () => {
  it.for(VALUES)('%s, by the readers of options', async (value, { folder, expect }) => {
    const file = join(folder, 'options.json');
    const rejectedCount = OPTION_NAMES.length - OPTION_NAMES.filter(canRead(value)).length;
    const setAll = (nameOf: (name: keyof Config) => string) =>
      Object.fromEntries(OPTION_NAMES.map((name) => [nameOf(name), value]));
    const byName = setAll((name) => name);
    await writeFile(file, JSON.stringify(setAll(formatFlagName)));

    for (const message of [
      await readError(() => readConfig(byName, {})),
      await readError(() => readConfig({}, setAll(formatVariableName))),
      await readError(() => readConfig({ config: file }, {})),
      await readError(() => readOptions(byName as object)),
    ]) {
      expect(message.split('\n')).toHaveLength(rejectedCount);
      expect(message).not.toContain('secret');
    }
  });

  it.for(READING_OPTIONS)('%s, by a server that starts or is rejected', async (name) => {
    for (const value of VALUES.filter((candidate) => canRead(candidate)(name))) {
      // Otherwise the server would create its file.
      if (name === 'data') expect(checkDataOption(value), value).not.toBeNull();
      const setting = OPTIONS[name].repeatable === true ? [value] : value;
      let output = '';
      const refusal = await readError(async () => {
        output = await readOutput(await readConfig({ ...REQUIRED_WITH[name], [name]: setting }, {}));
      });
      expect(`${refusal}${output}`, value).not.toMatch(/secret|^$/);
      // The output for an admin token is the same for every value.
      if (name === 'adminToken') break;
    }
  });

  it('the paths of --config and --etc', async () => {
    for (const value of VALUES) {
      for (const flag of ['config', 'etc']) {
        const message = await readError(() => readConfig({ [flag]: value }, {}));
        expect(message).toContain(`--${flag} `);
        expect(message).not.toContain('secret');
      }
    }
  });

  it('a file with invalid syntax', async () => {
    for (const [text, isJson] of [
      ['admin-token: "secret-token\nport: 1', false],
      ['admin-token: secret: token', false],
      ['admin-token: *secret', false],
      ['admin-token: |-secret\n  token', false],
      ['{"admin-token": x, "a": "secret"}', true],
      ['{"a": "secret" "b"}', true],
    ] as const) {
      const message = await parseDocument(text, '--config options', isJson).catch(String);
      expect(message).toMatch(/--config options is not valid (?:JSON|YAML)/);
      expect(message).not.toContain('secret');
    }
  });
});
