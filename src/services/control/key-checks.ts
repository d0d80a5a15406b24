import type { Policy } from '../../decisions/policy.ts';
import { Problem } from '../../decisions/problem.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { quote } from '../../explaining/index.ts';
import {
  describeFault,
  editPolicy,
  type GivenResource,
  type KeyKind,
  keyServices,
  knownRoles,
} from '../../ngc-keys/key-policy.ts';
import { adviseName, listNames, suggestName } from '../../text/nearest.ts';
import { redact } from '../../text/redact.ts';
import { END_OF_TIME, type Instant, rfc3339 } from '../../time/clock.ts';

/** The policy members of a request that creates or edits a service key. */
export interface GivenPolicy {
  readonly scopes?: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
  /** Accepts combinations that the vendor's documents rule out but its console stores. */
  readonly force?: boolean;
}

export function refuseMembers<Given>(given: Given, members: readonly (keyof Given & string)[], why: string): void {
  const member = members.find((name) => given[name] !== undefined);
  if (member !== undefined) throw new Problem('invalid_request', `Field \`${member}\` is not allowed: ${why}.`);
}

export function resolveServices(rulesets: readonly Ruleset[], services: readonly string[], kind: KeyKind): string[] {
  const known = keyServices(rulesets, kind);
  const unknown = services.find((service) => !known.includes(service));
  if (unknown === undefined) return [...new Set(services)];
  if (kind === 'service-key' && keyServices(rulesets, 'personal-key').includes(unknown)) {
    const message = `Field \`services\` has \`${unknown}\`, which only personal keys can use. Use one of ${listNames('', known)}.`;
    throw new Problem('invalid_request', message);
  }
  throw new Problem(
    'invalid_request',
    `Field \`services\` has the unknown service \`${redact(unknown).slice(0, 100)}\`.${adviseName(unknown, known)}`,
  );
}

/** @param services the key's services; a message lists their roles */
export function checkRoles(rulesets: readonly Ruleset[], roles: readonly string[], services: readonly string[]): void {
  const known = knownRoles(rulesets);
  const unknown = roles.find((role) => !known.includes(role));
  if (unknown === undefined) return;
  const ofKey = knownRoles(rulesets.filter(({ service }) => services.includes(service)));
  const listed =
    ofKey.length === 0
      ? `Expected one of ${listNames(unknown, known)}`
      : `The roles of ${quote(services)} are ${listNames(unknown, ofKey)}`;
  throw new Problem(
    'invalid_request',
    `Field \`roles\` has the unknown role \`${redact(unknown).slice(0, 100)}\`.${suggestName(unknown, known)} ${listed}.`,
  );
}

/**
 * Reads a policy. Members that are sent replace the previous ones entirely; absent members stay unchanged.
 *
 * @param services the key's services; a message lists their names
 * @param within the field that contains the members; empty for the body itself
 */
export function resolvePolicy(
  rulesets: readonly Ruleset[],
  given: GivenPolicy,
  before: Policy | null,
  services: readonly string[],
  within = '',
): Policy {
  const edit = { scopes: given.scopes, resources: resourcesOf(given) };
  const { policy, faults } = editPolicy(rulesets, before ?? { scopes: [], resources: [] }, edit, services);
  const [fault] = faults.filter(({ forceable }) => !(forceable && given.force === true));
  if (fault === undefined) return policy;
  const isBody = within === '';
  const forced = isBody
    ? ' Add `"force": true` to store it anyway, as the real console does.'
    : ` Add \`"force": true\` to \`${within}\` to use it anyway: the real console stores it.`;
  const hint = fault.forceable ? forced : '';
  const message = describeFault(fault);
  throw new Problem(
    'invalid_request',
    `${isBody ? message : message.replace(/^Field `/, `Field \`${within}.`)}${hint}`,
  );
}

function resourcesOf({ resource }: GivenPolicy): readonly GivenResource[] | undefined {
  return resource === undefined || isList(resource) ? resource : [resource];
}

/** `Array.isArray` does not narrow read-only arrays. */
function isList<Entry>(given: Entry | readonly Entry[]): given is readonly Entry[] {
  return Array.isArray(given);
}

/** @throws Problem if the time is not in the future */
export function readExpiry(expiresAt: string | null | undefined, now: Instant): Instant | null | undefined {
  if (expiresAt === undefined || expiresAt === null) return expiresAt;
  const instant = Date.parse(expiresAt);
  if (instant > now && instant <= END_OF_TIME) return instant;
  throw new Problem(
    'invalid_request',
    `Field \`expiresAt\` must be in the future (after ${rfc3339(now)}) and before the year 9999.`,
  );
}
