import { describe, expect, it } from 'vitest';
import {
  findBearerToken,
  presentBasicClient,
  presentBearerToken,
  presentClient,
  presentGrant,
} from '../../src/tokens/presented-credential.ts';

const encodeBase64 = (text: string) => Buffer.from(text).toString('base64');
const buildToken = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

it('the token of a header is the value after `Bearer`', () => {
  expect(['Bearer abc', 'bearer  abc', 'Basic abc', 'Bearer', 'a Bearer abc'].map(findBearerToken)).toEqual([
    'abc',
    'abc',
    null,
    null,
    null,
  ]);
});

describe('the client of HTTP Basic', () => {
  it.each([
    ['without encoding', 'bot:secret', 'bot'],
    ['encoded as in a form', 'my%3Abot+1:secret', 'my:bot 1'],
    ['without a secret', 'bot', 'bot'],
  ])('is read %s', (_title, pair, clientId) => {
    expect(presentBasicClient(`Basic ${encodeBase64(pair)}`)).toEqual({ kind: 'client', clientId });
  });

  it('is read after several spaces', () => {
    expect(presentBasicClient(`basic   ${encodeBase64('bot:secret')}`)).toEqual({ kind: 'client', clientId: 'bot' });
  });

  it.each(['Bearer abc', `Basic ${encodeBase64('%zz:secret')}`, 'Basic', `a Basic ${encodeBase64('bot:secret')}`])(
    'is null for `%s`',
    (line) => {
      expect(presentBasicClient(line)).toBeNull();
    },
  );
});

describe('the world of a token', () => {
  it.each([
    ['s1.team-a', 'team-a'],
    ['s1', 'default'],
  ])('is at the end of the `sid` %s: %s', (sid, world) => {
    expect(presentBearerToken(`Bearer ${buildToken({ sid })}`)).toEqual({ kind: 'token', world });
  });

  it.each([`Bearer ${buildToken({})}`, `Bearer ${buildToken({ sid: 7 })}`, 'Bearer abc', 'Basic abc'])(
    'is null for `%s`',
    (line) => {
      expect(presentBearerToken(line)).toBeNull();
    },
  );
});

it('a grant is presented with its mark, and a client with its id', () => {
  expect(presentGrant('0123456789abcdef')).toEqual({ kind: 'grant', mark: '0123456789ab' });
  expect(presentClient('bot')).toEqual({ kind: 'client', clientId: 'bot' });
});
