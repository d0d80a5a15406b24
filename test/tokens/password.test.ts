import { expect, it } from 'vitest';
import { digestPassword, hashPassword, verifyPassword } from '../../src/tokens/password.ts';

it('a password matches its hash, and no password matches null', async () => {
  const stored = await hashPassword('open sesame', 'salt');

  expect(stored).toMatch(/^scrypt\$4096\$8\$1\$salt\$[A-Za-z0-9_-]{43}$/);
  expect(await verifyPassword('open sesame', stored)).toBe(true);
  expect(await verifyPassword('open', stored)).toBe(false);
  expect(await verifyPassword('', null)).toBe(false);
});

it('a digest matches only its password, not another password or the digest itself', async () => {
  const stored = digestPassword('open sesame', 'salt');

  expect(stored).toMatch(/^scrypt\$4096\$8\$1\$salt\$sha256:[A-Za-z0-9_-]{43}$/);
  expect(await verifyPassword('open sesame', stored)).toBe(true);
  for (const wrong of ['open', '', stored, stored.split('$').at(-1) ?? '']) {
    expect(await verifyPassword(wrong, stored)).toBe(false);
  }
  expect(await verifyPassword('open sesame', digestPassword('open sesame', 'other').replace('other', 'salt'))).toBe(
    false,
  );
});

it('a stored value without a hash matches no password', async () => {
  expect(await verifyPassword('open', 'scrypt$2$1$1$salt$')).toBe(false);
  expect(await verifyPassword('open', 'scrypt$2$1$1')).toBe(false);
  expect(await verifyPassword('open', 'scrypt$2$1$1$salt$sha256:')).toBe(false);
});

it('a hash with another cost is accepted', async () => {
  /** RFC 7914, 12: N = 1024, r = 8, p = 16. */
  const key = Buffer.from(
    'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    'hex',
  );

  expect(await verifyPassword('password', `scrypt$1024$8$16$NaCl$${key.toString('base64url')}`)).toBe(true);
});
