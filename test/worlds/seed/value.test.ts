/** Seeds as values in a program. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../../src/lib/errors.ts';
import { Mutex } from '../../../src/store/mutex.ts';
import { verifyPassword } from '../../../src/tokens/password.ts';
import { readCast, summarizeSeed } from '../../../src/worlds/seed/index.ts';
import { ngcCast } from '../../support/ngc-cast.ts';
import { recordsIn } from '../../support/nouns.ts';
import { NOON } from '../../support/records.ts';
import { onlyNames, seedFrom } from '../../support/seeds.ts';
import { SEEDED, SERVICES } from '../../support/services.ts';

describe('a seed as a value', () => {
  it('can be `builtin`, `none` or the content of a seed file', async () => {
    expect(Object.keys(readCast(await seedFrom('builtin'), SERVICES)).sort()).toEqual(SEEDED.toSorted());
    expect(readCast(await seedFrom('none'), SERVICES)).toEqual({});
    expect(readCast(await seedFrom({}), SERVICES)).toEqual({});
    expect(readCast(await seedFrom(onlyNames), SERVICES)).toMatchObject(onlyNames);
  });

  it.each([
    [
      'seed.yaml',
      'The seed is the string `seed.yaml`; expected `builtin`, `none`, or an object in the form of `GET /_mock/cast`. File paths are not accepted',
    ],
    ['', 'The seed is the string ``; expected `builtin`'],
    [null, 'The seed is null; expected `builtin`, `none`, or an object'],
    [5, 'The seed is a number; expected'],
    [[], 'The seed is a list; expected'],
    [{ runai: { users: 5 } }, '`runai.users` must be a list'],
  ])('is rejected as %j', async (value, message) => {
    const thrown = await seedFrom(value).catch((cause: unknown) => cause);

    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as Error).message).toContain(message);
  });

  it('is rejected with only the beginning of a long string', async () => {
    const message = await seedFrom('x'.repeat(100_000)).then(
      () => '',
      (thrown: Error) => thrown.message,
    );

    expect(message).toContain('The seed is the string');
    expect(message.length).toBeLessThan(500);
  });

  it('is rejected with 100 errors and the number of the others', async () => {
    const users = Array.from({ length: 150 }, (_, index) => ({ email: `u${index}@umbra.test` }));
    const lines = await seedFrom({ runai: { tenant: onlyNames.runai.tenant, users } }).catch((thrown: Error) =>
      thrown.message.split('\n'),
    );

    expect(lines).toHaveLength(102);
    expect(lines).toContainEqual(expect.stringContaining('`runai.users[99].role` is missing'));
    expect(lines).toContain('  and 50 more');
  });

  it('with 2000 derived passwords needs no slow hash, and only the right password is accepted', async () => {
    const users = Array.from({ length: 2000 }, (_, index) => ({ email: `u${index}@umbra.test`, role: null }));
    const seed = await seedFrom({ runai: { tenant: onlyNames.runai.tenant, users } });
    // Slow hashes are computed one after the other.
    const scrypt = vi.spyOn(Mutex.prototype, 'runExclusive');
    onTestFinished(() => scrypt.mockRestore());
    const { identities = [] } = recordsIn(await seed.rows(NOON));

    expect(identities).toHaveLength(2000);
    expect(scrypt).not.toHaveBeenCalled();
    const { users: listed } = readCast(seed, SERVICES)['runai'] as { users: { password: string }[] };
    const [first = { password: '' }, second = { password: '' }] = listed;
    const stored = identities[0]?.passwordHash ?? '';
    expect(await verifyPassword(first.password, stored)).toBe(true);
    expect(await verifyPassword(second.password, stored)).toBe(false);
    expect(stored).not.toContain(first.password);
    expect(scrypt).toHaveBeenCalledTimes(2);
  });
});

it.each<[value: unknown, line: string]>([
  ['builtin', `3 users, 3 applications, 3 service accounts, ${ngcCast.keys.length} NGC keys; built-in`],
  ['none', 'nobody'],
  [onlyNames, '1 user, 1 application, 1 service account, 1 NGC key'],
  [{ runai: onlyNames.runai }, '1 user, 1 application, 1 service account, no NGC keys'],
  [
    { extends: 'builtin', ngc: { keys: null } },
    '3 users, 3 applications, 3 service accounts, no NGC keys; extends builtin',
  ],
])('the summary of the seed %j is a single line', async (value, line) => {
  expect(summarizeSeed(await seedFrom(value), SERVICES)).toBe(line);
});
