import { describe, expect, it } from 'vitest';
import { createConfig } from '../../src/app/config.ts';
import { formatFlagName, formatVariableName, OPTION_NAMES, OPTIONS, showOption } from '../../src/app/options.ts';
import { DEFAULT_TOKEN_LIFETIMES } from '../../src/services/runai/token-lifetimes.ts';

describe('an option', () => {
  it('has the same name as a flag and as a variable', () => {
    expect([formatFlagName('publicUrl'), formatVariableName('publicUrl')]).toEqual([
      'public-url',
      'NV_AUTH_MOCK_PUBLIC_URL',
    ]);
    expect(new Set(OPTION_NAMES.map(formatVariableName)).size).toBe(OPTION_NAMES.length);
  });

  it('is shown in the format of a flag, and never if it is a secret', () => {
    const { config } = createConfig({
      adminToken: 'open-sesame',
      tokenLifetime: { ...DEFAULT_TOKEN_LIFETIMES, access: 900_000 },
      port: 1,
    });

    expect(showOption('adminToken', config)).toBe('(set)');
    expect(showOption('tokenLifetime', config)).toBe('access=PT15M,refresh=PT24H,code=PT1M');
    expect(showOption('propagationDelay', config)).toBe('PT15M');
    expect(showOption('port', config)).toBe(1);
    expect(showOption('adminToken', createConfig().config)).toBeNull();
  });

  it.each([
    ['publicUrl', 'https://Mock.Test:8443/', 'https://mock.test:8443'],
    ['publicUrl', 'http://mock:80', 'http://mock'],
    ['alias', 'Mock', ['Mock']],
    ['world', 'team-a', ['team-a']],
    ['host', '::1', '::1'],
    ['adminToken', 'abcdefgh', 'abcdefgh'],
    ['cors', 'http://localhost:5173', ['http://localhost:5173']],
    ['redirectUri', 'app=http://localhost:*', ['app=http://localhost:*']],
    ['runaiIdp', 'idp.json', ['idp.json']],
    ['runaiIdp', 'issuer=https://idp.test', ['issuer=https://idp.test']],
  ] as const)('%s accepts `%s`', (name, text, value) => {
    expect(OPTIONS[name].read(text)).toEqual(value);
  });

  it.each([
    ['publicUrl', 'ftp://mock'],
    ['publicUrl', 'http://mock/path'],
    ['publicUrl', 'http://me:secret@mock'],
    ['publicUrl', 'mock'],
    ['port', 'http'],
    ['tokenLifetime', 'access=1h,id=1h'],
    ['runaiBadCredentials', '403'],
    ['explain', 'maybe'],
    ['logLevel', 'loud'],
    ['alias', 'mock:80'],
    ['world', 'default'],
    ['world', 'A'],
    ['host', ''],
    ['adminToken', 'short'],
    ['adminToken', 'with a space'],
    ['adminToken', 'undefined'],
    ['cors', 'http://localhost:5173/'],
    ['cors', '*'],
    ['cors', 'null'],
    ['cors', 'HTTP://localhost'],
    ['redirectUri', 'http://localhost/'],
    ['redirectUri', 'app='],
    ['redirectUri', 'app=javascript:alert(1)'],
    ['redirectUri', '=http://localhost/'],
    ['runaiIdp', ''],
    ['runaiIdp', 'issuer='],
    ['runaiIdp', 'audience='],
  ] as const)('%s rejects `%s`', (name, text) => {
    expect(OPTIONS[name].read(text)).toBeUndefined();
  });

  it.each([
    ['cors', 'a default port'],
    ['redirectUri', 'without a fragment'],
  ] as const)('the message about %s contains `%s`', (name, message) => {
    expect(OPTIONS[name].expected).toContain(message);
  });
});
