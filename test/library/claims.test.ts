import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { startMock } from '../../src/index.ts';

it('rules change the claims of issued tokens, and can be read back without an argument', async () => {
  await using mock = await startMock({ listen: false });
  const rules = [{ sub: 'admin@acme.test', set: { team: 'a' }, remove: ['email'] }];

  expect(await mock.tokens.claims(rules)).toEqual(rules);
  expect(await mock.tokens.claims()).toEqual(rules);
  expect(decodeJwt(await mock.getToken())).toMatchObject({ team: 'a' });
  expect(decodeJwt(await mock.getToken())).not.toHaveProperty('email');
  expect(await mock.tokens.claims([])).toEqual([]);
  expect(decodeJwt(await mock.getToken())).not.toHaveProperty('team');
  await expect(mock.tokens.claims([{ set: { exp: 1 } }])).rejects.toThrow('must not change `exp`');
});
