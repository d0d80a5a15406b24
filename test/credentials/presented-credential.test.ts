import { describe, expect, it } from 'vitest';
import {
  findBearerToken,
  presentBasicClient,
  presentBearerToken,
  presentClient,
  presentGrant,
} from '../../src/credentials/presented-credential.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const tokenOf = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

it('the token of a header is what stands behind `Bearer`', () => {
  expect(['Bearer abc', 'bearer  abc', 'Basic abc', 'Bearer', 'a Bearer abc'].map(findBearerToken)).toEqual([
    'abc',
    'abc',
    null,
    null,
    null,
  ]);
});

describe('the client of Basic', () => {
  it.each([
    ['as it is', 'bot:secret', 'bot'],
    ['encoded as in a form', 'my%3Abot+1:secret', 'my:bot 1'],
    ['without a secret', 'bot', 'bot'],
  ])('is read %s', (_what, pair, clientId) => {
    expect(presentBasicClient(`Basic ${base64(pair)}`)).toEqual({ kind: 'client', clientId });
  });

  it('is read behind several spaces', () => {
    expect(presentBasicClient(`basic   ${base64('bot:secret')}`)).toEqual({ kind: 'client', clientId: 'bot' });
  });

  it.each(['Bearer abc', `Basic ${base64('%zz:secret')}`, 'Basic', `a Basic ${base64('bot:secret')}`])(
    'is none in `%s`',
    (line) => {
      expect(presentBasicClient(line)).toBeNull();
    },
  );
});

describe('a token leads to the world at the end of its `sid`', () => {
  it.each([
    ['s1.team-a', 'team-a'],
    ['s1', 'default'],
  ])('%s: %s', (sid, world) => {
    expect(presentBearerToken(`Bearer ${tokenOf({ sid })}`)).toEqual({ kind: 'token', world });
  });

  it.each([`Bearer ${tokenOf({})}`, `Bearer ${tokenOf({ sid: 7 })}`, 'Bearer abc', 'Basic abc'])(
    'and to none in `%s`',
    (line) => {
      expect(presentBearerToken(line)).toBeNull();
    },
  );
});

it('a grant leads to its world by its mark, a client by its id', () => {
  expect(presentGrant('0123456789abcdef')).toEqual({ kind: 'grant', mark: '0123456789ab' });
  expect(presentClient('bot')).toEqual({ kind: 'client', clientId: 'bot' });
});
