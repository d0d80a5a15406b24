/** Seeds that a program gives. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { verifyPassword } from '../../src/credentials/password.ts';
import { UserError } from '../../src/diagnostics/user-error.ts';
import { readCast, summarizeSeed } from '../../src/seed/index.ts';
import { Mutex } from '../../src/store/mutex.ts';
import { ngcCast } from '../support/ngc-cast.ts';
import { recordsIn } from '../support/nouns.ts';
import { NOON } from '../support/records.ts';
import { onlyNames, seedFrom } from '../support/seeds.ts';
import { SEEDED, SERVICES } from '../support/services.ts';

describe('a seed that is given as a value', () => {
  it('is the built-in cast, nobody, or what a file would hold', async () => {
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
  ])('is refused where it is %j', async (value, said) => {
    const thrown = await seedFrom(value).catch((cause: unknown) => cause);

    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as Error).message).toContain(said);
  });

  it('tells no more of a text than its beginning', async () => {
    const message = await seedFrom('x'.repeat(100_000)).then(
      () => '',
      (thrown: Error) => thrown.message,
    );

    expect(message).toContain('The seed is the string');
    expect(message.length).toBeLessThan(500);
  });

  it('has a hundred of its faults told, and how many more there are', async () => {
    const users = Array.from({ length: 150 }, (_, index) => ({ email: `u${index}@umbra.test` }));
    const said = await seedFrom({ runai: { tenant: onlyNames.runai.tenant, users } }).catch((thrown: Error) =>
      thrown.message.split('\n'),
    );

    expect(said).toHaveLength(102);
    expect(said).toContainEqual(expect.stringContaining('`runai.users[99].role` is missing'));
    expect(said).toContain('  and 50 more');
  });

  it('of 2000 users fills a world without a slow hash, and each logs in with their password alone', async () => {
    const users = Array.from({ length: 2000 }, (_, index) => ({ email: `u${index}@umbra.test`, role: null }));
    const seed = await seedFrom({ runai: { tenant: onlyNames.runai.tenant, users } });
    // Hashes take turns.
    const scrypt = vi.spyOn(Mutex.prototype, 'runExclusive');
    onTestFinished(() => scrypt.mockRestore());
    const { identities = [] } = recordsIn(await seed.rows(NOON));

    expect(identities).toHaveLength(2000);
    expect(scrypt).not.toHaveBeenCalled();
    const { users: shown } = readCast(seed, SERVICES)['runai'] as { users: { password: string }[] };
    const [first = { password: '' }, second = { password: '' }] = shown;
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
])('who is in %j is told in one line', async (value, line) => {
  expect(summarizeSeed(await seedFrom(value), SERVICES)).toBe(line);
});
