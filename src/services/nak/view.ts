import type { Schema } from '../../contract/documented.ts';
import { NGC_KEY_PREFIX } from '../../ngc-keys/key-text.ts';
import { END_OF_TIME, rfc3339 } from '../../time/clock.ts';
import { authorizationsOf, type IssuedKey, type KeyOwner, type Storing, statusOf } from './issued.ts';

type KeyBody = Schema<'nak', 'Key'>;

/**
 * A key in the vendor's form.
 *
 * @param value its text, masked or not; undefined: none, as in an administrator's lookup
 */
export function keyView({ now }: Pick<Storing, 'now'>, issued: IssuedKey, value: string | undefined): KeyBody {
  const { id, name, issuance, createdAt, expiresAt } = issued.key;
  return {
    id,
    ...(value !== undefined && { value }),
    status: statusOf(issued, now),
    owner_type: 'USER',
    owner_id: issuance.owner,
    issuer_service_id: issuance.issuer,
    audience_service_ids: [...issuance.audiences],
    description: name,
    created_at: rfc3339(createdAt),
    // Only a seed has keys that do not expire.
    expires_at: rfc3339(expiresAt ?? END_OF_TIME),
  };
}

/** With what it may do. */
export async function wholeKeyView(storing: Storing, issued: IssuedKey, value = maskedKey(issued)): Promise<KeyBody> {
  return { ...keyView(storing, issued, value), authorizations: await authorizationsOf(storing, issued) };
}

/** The prefix, ten asterisks and the last three characters, as the service masks a key. */
export function maskedKey({ key: { issuance } }: IssuedKey): string {
  return `${NGC_KEY_PREFIX}${'*'.repeat(10)}${issuance.ending}`;
}

export function ownerView(id: string, { status, statusUpdatedAt }: KeyOwner): Schema<'nak', 'KeyOwner'> {
  return { owner_type: 'USER', owner_id: id, status, status_updated_at: rfc3339(statusUpdatedAt) };
}
