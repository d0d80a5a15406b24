/** Logins of users on a device without a browser of its own: a client starts one, a person confirms it elsewhere. */
import type { Instant } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import { bearerIn, type CredentialExtractor, presentGrant } from '../credentials/presented-credential.ts';
import { hashSecret } from '../credentials/secret.ts';
import { addMark } from '../credentials/world-mark.ts';
import type { Random } from '../platform/random.ts';
import { Collection } from '../store/collection.ts';
import type { Row } from '../store/collections.ts';
import type { Store } from '../store/index.ts';
import { ngcKeysIn } from './index.ts';
import { resolveKey } from './key-bearer.ts';
import type { NgcUser } from './records.ts';
import { userIdOf } from './user-token.ts';

/** A login on a device, as stored. */
export interface DeviceLogin {
  /** As the client chose it. */
  readonly deviceId: string;
  /** The address with which the client started it; whoever confirms it may have another one. */
  readonly email: string;
  readonly sessionHash: string;
  readonly expiresAt: Instant;
  /** Who confirmed it; null until then. */
  readonly user: Pick<NgcUser, 'org' | 'email'> | null;
}

export const DEVICE_LOGINS = new Collection<DeviceLogin>('ngc.device-logins');

export function deviceLoginRow(login: DeviceLogin): Row<DeviceLogin, null> {
  const { deviceId, sessionHash, expiresAt } = login;
  return DEVICE_LOGINS.row({
    id: deviceId,
    owner: '',
    parent: null,
    aliases: [sessionHash],
    dueAt: expiresAt,
    body: login,
  });
}

/** How long a login can be confirmed and its session key exchanged, in milliseconds. Nothing is published. */
const LIFETIME = 15 * 60_000;

/** Logins of a world at most; a new one takes the place of the oldest. */
const MAX_LOGINS = 1000;

const SESSION_KEY_LENGTH = 43;
const SESSION_KEY = /^[A-Za-z0-9]{43}$/;

type InWorld = { readonly store: Pick<Store, 'collections'>; readonly now: Instant };

/**
 * Starts a login. It replaces one of the same device.
 *
 * @param mark of the world, at the beginning of the session key
 * @returns the session key
 */
export async function startDeviceLogin(
  { store: { collections }, now, random }: InWorld & { readonly random: Random },
  { deviceId, email }: Pick<DeviceLogin, 'deviceId' | 'email'>,
  mark: string,
): Promise<string> {
  const sessionKey = addMark(mark, random.alphanumeric(SESSION_KEY_LENGTH));
  const sessionHash = hashSecret(sessionKey);
  const row = deviceLoginRow({ deviceId, email, sessionHash, expiresAt: now + LIFETIME, user: null });
  await DEVICE_LOGINS.sweep(collections, now);
  await collections.updating(async (commit) => {
    const before = await DEVICE_LOGINS.byId(collections, deviceId);
    const all = await DEVICE_LOGINS.all(collections);
    const oldest = before === null && all.length >= MAX_LOGINS ? all.slice(0, 1) : [];
    await commit([
      ...oldest.map((one) => DEVICE_LOGINS.remove(one)),
      DEVICE_LOGINS.put(before === null ? row : { ...row, revision: before.revision }),
    ]);
  });
  return sessionKey;
}

/** The login of a device; null if there is none, or if it has ended. */
export async function deviceLogin({ store, now }: InWorld, deviceId: string): Promise<DeviceLogin | null> {
  const login = (await DEVICE_LOGINS.byId(store.collections, deviceId))?.body ?? null;
  return login !== null && login.expiresAt > now ? login : null;
}

/**
 * Notes who confirmed a login.
 *
 * @throws Problem `not_found` if there is no such login, or it has ended
 */
export async function confirmDeviceLogin(
  { store: { collections }, now }: InWorld,
  deviceId: string,
  { org, email }: NgcUser,
): Promise<DeviceLogin> {
  return collections.updating(async (commit) => {
    const row = await DEVICE_LOGINS.byId(collections, deviceId);
    if (row === null || row.body.expiresAt <= now) throw unknownDevice();
    const login = { ...row.body, user: { org, email } };
    await commit([DEVICE_LOGINS.put({ ...row, body: login })]);
    return login;
  });
}

export function unknownDevice(): Problem {
  return new Problem(
    'not_found',
    'There is no login of this device: it was not started here, or it ended after 15 minutes. Start one with `POST /device/login`.',
  );
}

/**
 * The user who confirmed the login of a session key.
 *
 * @param deviceId as the request names it
 * @throws Problem `unauthenticated` with the reason
 */
export async function userOfSession(
  { store: { collections }, now }: InWorld,
  sessionKey: string,
  deviceId: string | undefined,
): Promise<Pick<NgcUser, 'org' | 'email'>> {
  const login = (await DEVICE_LOGINS.byAlias(collections, hashSecret(sessionKey)))?.body;
  if (login === undefined) throw refused('unknown_session', 'The session key is not one of a device login.');
  if (login.expiresAt <= now) throw refused('expired_session', 'The device login has ended.');
  if (deviceId !== login.deviceId) {
    throw refused('other_device', 'The header `X-Device-Id` must be the `deviceId` with which the login was started.');
  }
  if (login.user === null) throw refused('unconfirmed_login', 'Nobody has confirmed the device login yet.');
  return login.user;
}

function refused(
  reason: 'unknown_session' | 'expired_session' | 'other_device' | 'unconfirmed_login',
  message: string,
): Problem {
  return new Problem('unauthenticated', message, { reason });
}

/** Extracts the session key of `Authorization: Bearer <session key>`. */
export const presentSessionKey: CredentialExtractor = (authorization) => {
  const text = bearerIn(authorization);
  return text !== null && SESSION_KEY.test(text) ? presentGrant(text) : null;
};

/**
 * Finds the user that somebody means by an e-mail address, by the id of a user, or by the id or name of a personal key.
 *
 * @returns null if there is none
 * @throws Problem `invalid_request` if several keys have that name
 */
export async function findUser({ store, now }: InWorld, who: string): Promise<NgcUser | null> {
  const ngcKeys = ngcKeysIn(store);
  const users = await ngcKeys.users();
  const found = users.find((user) => user.email === who) ?? users.find((user) => userIdOf(user) === who);
  if (found !== undefined) return found;
  const key = (await resolveKey(store, who, now))?.key;
  return key?.user == null ? null : ngcKeys.user(key.org, key.user);
}
