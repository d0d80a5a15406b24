import { END_OF_TIME, type Instant, rfc3339 } from '../../core/clock.ts';
import { quote } from '../../core/explaining/index.ts';
import type { Law } from '../../core/law.ts';
import { findNear, findWithWord } from '../../core/nearest.ts';
import type { Policy } from '../../core/policy.ts';
import { Problem } from '../../core/problem.ts';
import { redact } from '../../core/redact.ts';
import { type GivenResource, keyServices, knownRoles, readPolicy } from '../../kits/ngc/key-policy.ts';

/** The policy of a service key, as given by an order or an edit. */
export interface GivenPolicy {
  readonly scopes?: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
  /** Stores combinations that the vendor's documents rule out, as its console does. */
  readonly force?: boolean;
}

export function refuseMembers<Given>(given: Given, members: readonly (keyof Given & string)[], why: string): void {
  const member = members.find((name) => given[name] !== undefined);
  if (member !== undefined) throw new Problem('invalid_request', `Field \`${member}\` must be left out: ${why}.`);
}

export function checkedServices(laws: readonly Law[], services: readonly string[]): string[] {
  const known = keyServices(laws);
  const unknown = services.find((service) => !known.includes(service));
  if (unknown === undefined) return [...new Set(services)];
  throw new Problem(
    'invalid_request',
    `Field \`services\` has the unknown service \`${redact(unknown).slice(0, 100)}\`; expected ${quote(known)}.${suggestion(unknown, known)}`,
  );
}

/** @param services that the key is made for: their roles are named first */
export function checkRoles(laws: readonly Law[], roles: readonly string[], services: readonly string[]): void {
  const isOwn = ({ service }: Law) => services.includes(service);
  const known = knownRoles([...laws.filter(isOwn), ...laws.filter((law) => !isOwn(law))]);
  const unknown = roles.find((role) => !known.includes(role));
  if (unknown === undefined) return;
  throw new Problem(
    'invalid_request',
    `Field \`roles\` has the unknown role \`${redact(unknown).slice(0, 100)}\`; expected some of ${quote(known)}.${suggestion(unknown, known)}`,
  );
}

/**
 * Each given member replaces the earlier one entirely; the rest stays.
 *
 * @param within the field that has the members; empty: the body itself
 */
export function checkedPolicy(laws: readonly Law[], given: GivenPolicy, before: Policy | null, within = ''): Policy {
  const scopes = given.scopes ?? before?.scopes ?? [];
  const { policy, faults } = readPolicy(laws, scopes, resourcesOf(given) ?? before?.resources ?? []);
  const counting = given.force === true ? faults.filter(({ forceable }) => !forceable) : faults;
  const [fault] = counting;
  if (fault === undefined) return policy;
  const isBody = within === '';
  const forced = isBody
    ? ' With `"force": true` it is stored all the same, as the real console does.'
    : ` With \`"force": true\` in \`${within}\` it counts all the same, as the real console stores it.`;
  const hint = fault.forceable ? forced : '';
  const message = isBody ? fault.message : fault.message.replace(/^Field `/, `Field \`${within}.`);
  throw new Problem('invalid_request', `${message}${suggestion(fault.given, fault.valid ?? [])}${hint}`);
}

/** A sentence with the name that was probably meant; empty if none was. */
function suggestion(given: string | undefined, valid: readonly string[]): string {
  const near = findNear(given ?? '', valid);
  const meant = near === undefined ? findWithWord(given ?? '', valid) : [near];
  return meant.length === 0 ? '' : ` Did you mean ${meant.map((name) => `\`${name}\``).join(' or ')}?`;
}

/** One or several; undefined where the policy names none. */
function resourcesOf({ resource }: GivenPolicy): readonly GivenResource[] | undefined {
  return resource === undefined || isList(resource) ? resource : [resource];
}

/** `Array.isArray` does not narrow read-only arrays. */
function isList<Entry>(given: Entry | readonly Entry[]): given is readonly Entry[] {
  return Array.isArray(given);
}

/** @throws Problem for a moment in the past */
export function expiryOf(expiresAt: string | null | undefined, now: Instant): Instant | null | undefined {
  if (expiresAt === undefined || expiresAt === null) return expiresAt;
  const instant = Date.parse(expiresAt);
  if (instant > now && instant <= END_OF_TIME) return instant;
  throw new Problem(
    'invalid_request',
    `Field \`expiresAt\` must lie after now, which is ${rfc3339(now)}, and before the year 9999.`,
  );
}
