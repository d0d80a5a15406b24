/** Logins on devices without a browser: the client starts a login, and a user confirms it elsewhere. */

import { invalidRequest, Problem, unauthenticatedProblem } from '../../decisions/problem.ts';
import type { Instant } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { Collection } from '../../store/collection.ts';
import type { Store } from '../../store/index.ts';
import { type CredentialExtractor, findBearerToken, presentGrant } from '../../tokens/presented-credential.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { addMark } from '../../tokens/world-mark.ts';
import { ngcKeysIn } from './index.ts';
import type { NgcUser } from './records.ts';

export interface DeviceLogin {
  readonly deviceId: string;
  /** The address sent by the client; the user who confirms the login may have a different one. */
  readonly email: string;
  readonly sessionHash: string;
  readonly expiresAt: Instant;
  readonly user: Pick<NgcUser, 'org' | 'email'> | null;
}

/** How long a login can be confirmed and its session key exchanged. The vendor publishes no value. */
const LIFETIME_MS = 15 * 60_000;

/** How long an expired login is stored, so that a refusal can report the expiry. */
const RETENTION_MS = 24 * 3_600_000;

export const DEVICE_LOGINS = new Collection<DeviceLogin>('ngc.device-logins');

/** The maximum number of logins per world. A further login replaces the oldest. */
const MAX_LOGINS = 1000;

const SESSION_KEY_LENGTH = 43;
const SESSION_KEY = /^[A-Za-z0-9]{43}$/;

type InWorld = { readonly store: Pick<Store, 'collections'>; readonly now: Instant };

/** Replaces any earlier login of the device. @returns the session key, which starts with the world's `mark` */
export async function startDeviceLogin(
  { store: { collections }, now, random }: InWorld & { readonly random: Random },
  { deviceId, email }: Pick<DeviceLogin, 'deviceId' | 'email'>,
  mark: string,
): Promise<string> {
  const sessionKey = addMark(mark, random.alphanumeric(SESSION_KEY_LENGTH));
  const sessionHash = hashSecret(sessionKey);
  const expiresAt = now + LIFETIME_MS;
  const row = DEVICE_LOGINS.row({
    id: deviceId,
    owner: '',
    parent: null,
    aliases: [sessionHash],
    dueAt: expiresAt + RETENTION_MS,
    body: { deviceId, email, sessionHash, expiresAt, user: null },
  });
  await DEVICE_LOGINS.sweep(collections, now);
  await collections.updating(async (commit) => {
    const before = await DEVICE_LOGINS.byId(collections, deviceId);
    const all = await DEVICE_LOGINS.all(collections);
    const isFull = before === null && all.length >= MAX_LOGINS;
    // A restarted login keeps its row's position.
    const oldest = isFull ? all.toSorted((left, right) => left.body.expiresAt - right.body.expiresAt).slice(0, 1) : [];
    await commit([
      ...oldest.map((oldRow) => DEVICE_LOGINS.remove(oldRow)),
      DEVICE_LOGINS.put(before === null ? row : { ...row, revision: before.revision }),
    ]);
  });
  return sessionKey;
}

export async function findDeviceLogin({ store, now }: InWorld, deviceId: string): Promise<DeviceLogin | null> {
  const login = (await DEVICE_LOGINS.byId(store.collections, deviceId))?.body ?? null;
  return login !== null && login.expiresAt > now ? login : null;
}

/** @throws Problem `not_found` if the login does not exist or has expired */
export async function confirmDeviceLogin(
  { store: { collections }, now }: InWorld,
  deviceId: string,
  { org, email }: NgcUser,
): Promise<DeviceLogin> {
  return collections.updating(async (commit) => {
    const row = await DEVICE_LOGINS.byId(collections, deviceId);
    if (row === null || row.body.expiresAt <= now) throw unknownDeviceProblem();
    const login = { ...row.body, user: { org, email } };
    await commit([DEVICE_LOGINS.put({ ...row, body: login })]);
    return login;
  });
}

export function unknownDeviceProblem(): Problem {
  return new Problem(
    'not_found',
    'No login is waiting for this device. Either none was started in this world, or it expired after 15 minutes. Start one with `POST /device/login`.',
  );
}

/** @param deviceId from the request @throws Problem `unauthenticated` with the reason */
export async function findUserOfSession(
  { store: { collections }, now }: InWorld,
  sessionKey: string,
  deviceId: string | undefined,
): Promise<Pick<NgcUser, 'org' | 'email'>> {
  const login = (await DEVICE_LOGINS.byAlias(collections, hashSecret(sessionKey)))?.body;
  if (login === undefined)
    throw unauthenticatedProblem('unknown_session', 'The session key does not belong to a device login.');
  if (login.expiresAt <= now) throw unauthenticatedProblem('expired_session', 'The device login has expired.');
  if (deviceId !== login.deviceId) {
    const message = 'The `X-Device-Id` header must be the `deviceId` that the login was started with.';
    const why = deviceId === undefined ? 'no `X-Device-Id` was sent' : 'it belongs to another device';
    throw unauthenticatedProblem('other_device', message, why);
  }
  if (login.user === null) throw unauthenticatedProblem('unconfirmed_login', 'The device login is not confirmed yet.');
  return login.user;
}

export const presentSessionKey: CredentialExtractor = (authorization) => {
  const text = findBearerToken(authorization);
  return text !== null && SESSION_KEY.test(text) ? presentGrant(text) : null;
};

/** Finds the oldest user with an address, or by user id, key id or key name. @throws Problem if keys share it */
export async function findUserByIdentifier({ store, now }: InWorld, identifier: string): Promise<NgcUser | null> {
  const ngcKeys = ngcKeysIn(store);
  const found =
    (await ngcKeys.listUsers()).find(({ email }) => email === identifier) ?? (await ngcKeys.findUserById(identifier));
  if (found !== null) return found;
  const [key, other] = [
    await ngcKeys.findById(identifier, now),
    ...(await ngcKeys.listByName(identifier, 2, now)),
  ].flatMap((found) => found?.key ?? []);
  if (key === undefined || key.user === null) return null;
  if (other === undefined || other.user === key.user) return ngcKeys.findUser(key.org, key.user);
  throw invalidRequest(`Several keys have the name \`${key.name}\`. Use a key id instead.`);
}
