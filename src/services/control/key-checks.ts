import { quote } from '../../decisions/explaining/index.ts';
import type { Policy } from '../../decisions/policy.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { END_OF_TIME, type Instant, rfc3339 } from '../../lib/clock.ts';
import { adviseName, listNames, suggestName } from '../../lib/nearest.ts';
import { redact } from '../../lib/redact.ts';
import {
  describeFault,
  editPolicy,
  type GivenResource,
  type KeyKind,
  keyServices,
  knownRoles,
} from '../ngc-keys/key-policy.ts';

interface PolicyOrder {
  readonly scopes?: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
  /** Accepts combinations that the vendor's documents rule out but its console stores. */
  readonly force?: boolean;
}

export function assertMembersAbsent<Order>(
  order: Order,
  members: readonly (keyof Order & string)[],
  explanation: string,
): void {
  const member = members.find((name) => order[name] !== undefined);
  if (member !== undefined) throw invalidRequest(`Field \`${member}\` is not allowed: ${explanation}.`);
}

export function resolveServices(rulesets: readonly Ruleset[], services: readonly string[], kind: KeyKind): string[] {
  const valid = keyServices(rulesets, kind);
  const unknown = services.find((service) => !valid.includes(service));
  if (unknown === undefined) return [...new Set(services)];
  if (kind === 'service-key' && keyServices(rulesets, 'personal-key').includes(unknown)) {
    const message = `Field \`services\` has \`${unknown}\`, which only personal keys can use. Use one of ${listNames('', valid)}.`;
    throw invalidRequest(message);
  }
  const message = `Field \`services\` has the unknown service \`${redact(unknown).slice(0, 100)}\`.${adviseName(unknown, valid)}`;
  throw invalidRequest(message);
}

export function checkRoles(rulesets: readonly Ruleset[], roles: readonly string[], services: readonly string[]): void {
  const valid = knownRoles(rulesets);
  const unknown = roles.find((role) => !valid.includes(role));
  if (unknown === undefined) return;
  const keyRoles = knownRoles(rulesets.filter(({ service }) => services.includes(service)));
  const validRoles =
    keyRoles.length === 0
      ? `Expected one of ${listNames(unknown, valid)}`
      : `The roles of ${quote(services)} are ${listNames(unknown, keyRoles)}`;
  const message = `Field \`roles\` has the unknown role \`${redact(unknown).slice(0, 100)}\`.${suggestName(unknown, valid)} ${validRoles}.`;
  throw invalidRequest(message);
}

/** Absent members stay unchanged. @param services whose names a message lists @param parentField empty for the body */
export function resolvePolicy(
  rulesets: readonly Ruleset[],
  order: PolicyOrder,
  previous: Policy | null,
  services: readonly string[],
  parentField = '',
): Policy {
  const edit = {
    scopes: order.scopes,
    resources: order.resource === undefined || isList(order.resource) ? order.resource : [order.resource],
  };
  const { policy, faults: violations } = editPolicy(
    rulesets,
    previous ?? { scopes: [], resources: [] },
    edit,
    services,
  );
  const [violation] = violations.filter(({ forceable }) => !(forceable && order.force === true));
  if (violation === undefined) return policy;
  const isTopLevel = parentField === '';
  const forceHint = isTopLevel
    ? ' Add `"force": true` to store it anyway, as the real console does.'
    : ` Add \`"force": true\` to \`${parentField}\` to use it anyway: the real console stores it.`;
  const hint = violation.forceable ? forceHint : '';
  const fault = describeFault(violation);
  throw invalidRequest(`${isTopLevel ? fault : fault.replace(/^Field `/, `Field \`${parentField}.`)}${hint}`);
}

/** `Array.isArray` does not narrow read-only arrays. */
function isList<Entry>(value: Entry | readonly Entry[]): value is readonly Entry[] {
  return Array.isArray(value);
}

/** @throws Problem if the time is not in the future */
export function readExpiry(expiresAt: string | null | undefined, now: Instant): Instant | null | undefined {
  if (expiresAt === undefined || expiresAt === null) return expiresAt;
  const instant = Date.parse(expiresAt);
  if (instant > now && instant <= END_OF_TIME) return instant;
  throw invalidRequest(`Field \`expiresAt\` must be in the future (after ${rfc3339(now)}) and before the year 9999.`);
}
