/** Logins of users on a device without a browser of its own: a client starts one, a person confirms it elsewhere. */

import { bearerIn, type CredentialExtractor, presentGrant } from '../credentials/presented-credential.ts';
import { hashSecret } from '../credentials/secret.ts';
import { addMark } from '../credentials/world-mark.ts';
import { Problem, unauthenticatedProblem } from '../decisions/problem.ts';
import type { Random } from '../platform/random.ts';
import { Collection } from '../store/collection.ts';
import type { Row } from '../store/collections.ts';
import type { Store } from '../store/index.ts';
import type { Instant } from '../time/clock.ts';
import { ngcKeysIn } from './index.ts';
import type { NgcUser } from './records.ts';

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

/** How long a login can be confirmed and its session key exchanged, in milliseconds. Nothing is published. */
const LIFETIME = 15 * 60_000;

/** How long an ended login is kept, so that a refusal can say that it ended, in milliseconds. */
const KEPT = 24 * 3_600_000;

export const DEVICE_LOGINS = new Collection<DeviceLogin>('ngc.device-logins');

export function deviceLoginRow(login: DeviceLogin): Row<DeviceLogin, null> {
  const { deviceId, sessionHash, expiresAt } = login;
  return DEVICE_LOGINS.row({
    id: deviceId,
    owner: '',
    parent: null,
    aliases: [sessionHash],
    dueAt: expiresAt + KEPT,
    body: login,
  });
}

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
    const isFull = before === null && all.length >= MAX_LOGINS;
    // One that was started again keeps its place among the rows.
    const oldest = isFull ? all.toSorted((one, other) => one.body.expiresAt - other.body.expiresAt).slice(0, 1) : [];
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
    'No login is waiting for this device: none was started in this world, or it expired after 15 minutes. Start one with `POST /device/login`.',
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
  if (login === undefined)
    throw unauthenticatedProblem('unknown_session', 'The session key is not one of a device login.');
  if (login.expiresAt <= now) throw unauthenticatedProblem('expired_session', 'The device login has ended.');
  if (deviceId !== login.deviceId) {
    const message = 'The header `X-Device-Id` must be the `deviceId` with which the login was started.';
    const why = deviceId === undefined ? 'no `X-Device-Id` was sent' : 'it is that of another device';
    throw unauthenticatedProblem('other_device', message, why);
  }
  if (login.user === null)
    throw unauthenticatedProblem('unconfirmed_login', 'Nobody has confirmed the device login yet.');
  return login.user;
}

/** Extracts the session key of `Authorization: Bearer <session key>`. */
export const presentSessionKey: CredentialExtractor = (authorization) => {
  const text = bearerIn(authorization);
  return text !== null && SESSION_KEY.test(text) ? presentGrant(text) : null;
};

/**
 * Finds the user that somebody means by an e-mail address, by the id of a user, or by the id or name of a personal key.
 * Of the users with one address in several organisations, it is the oldest.
 *
 * @returns null if there is none
 * @throws Problem `invalid_request` if several keys have that name
 */
export async function findUser({ store, now }: InWorld, who: string): Promise<NgcUser | null> {
  const ngcKeys = ngcKeysIn(store);
  const found = (await ngcKeys.users()).find(({ email }) => email === who) ?? (await ngcKeys.userWithId(who));
  if (found !== null) return found;
  const [key, other] = [await ngcKeys.byId(who, now), ...(await ngcKeys.byName(who, 2, now))].flatMap(
    (one) => one?.key ?? [],
  );
  if (key === undefined || key.user === null) return null;
  if (other === undefined || other.user === key.user) return ngcKeys.user(key.org, key.user);
  throw new Problem('invalid_request', `Several keys have the name \`${key.name}\`. Use the id of one.`);
}
