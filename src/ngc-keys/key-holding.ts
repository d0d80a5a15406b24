import type { ServiceCallers } from '../contract/service.ts';
import type { Caller } from '../decisions/decide.ts';
import type { HeldRights, Holding } from '../decisions/policy.ts';
import { Problem } from '../decisions/problem.ts';
import { permissionsOfRoles, type Ruleset } from '../decisions/ruleset.ts';
import type { Settings } from '../definitions/settings.ts';
import { type NgcKeys, ngcKeysIn } from './index.ts';
import type { Organization } from './records.ts';

/**
 * Simulates a key with different rights: another policy for a service key, other roles for a personal key.
 *
 * @param admit throws if the organisation may not use the service
 */
export function createKeyHolding(
  rulesetUnder: (settings: Settings) => Ruleset,
  admit: (organization: Organization) => void = () => {},
): NonNullable<ServiceCallers['hypothetical']> {
  return {
    kinds: ['service-key', 'personal-key'],
    roles: async ({ settings }) => rulesetUnder(settings).tables.roles.map(({ name }) => name),
    caller: async ({ settings, store }, held, principalCaller) =>
      principalCaller === null
        ? createSimulatedCaller(rulesetUnder(settings), held, ngcKeysIn(store), admit)
        : {
            principal: principalCaller.principal,
            heldRights: editRights(rulesetUnder(settings), held, principalCaller),
          },
  };
}

/** Creates the caller of a simulated key in the first organisation. */
async function createSimulatedCaller(
  ruleset: Ruleset,
  held: Holding,
  ngcKeys: NgcKeys,
  admit: (organization: Organization) => void,
): Promise<Caller> {
  const [organization] = await ngcKeys.listOrganizations();
  if (organization === undefined) {
    throw new Problem('invalid_request', 'This world has no organisation for the key. Use a seed that has one.');
  }
  admit(organization);
  const { name: org, ncaId: account } = organization;
  const kind = 'policy' in held ? 'service-key' : 'personal-key';
  const principal = { kind, id: 'simulated', name: 'simulated', org, account } as const;
  return { principal, heldRights: buildHeldRights(ruleset, held, null, 1) };
}

/** @throws Problem if keys of this type cannot have such rights */
function editRights(ruleset: Ruleset, held: Holding, { principal, heldRights }: Caller): HeldRights {
  const isService = principal.kind === 'service-key';
  if (isService === 'policy' in held)
    return buildHeldRights(ruleset, held, heldRights.services, (heldRights.policyVersion ?? 0) + 1);
  throw new Problem(
    'invalid_request',
    isService
      ? 'Field `holding.roles` is not allowed for a service key. Send `scopes` and `resource` instead.'
      : 'Field `holding.scopes` is not allowed for a personal key. Send `roles` instead.',
  );
}

function buildHeldRights(
  ruleset: Ruleset,
  held: Holding,
  services: HeldRights['services'],
  policyVersion: number,
): HeldRights {
  if ('roles' in held) {
    const permissions = permissionsOfRoles(ruleset.tables, held.roles);
    return { roles: held.roles, held: permissions, resources: null, services, pending: [] };
  }
  const { scopes, resources } = held.policy;
  return { roles: [], held: new Set(scopes), resources, services, policyVersion, pending: [] };
}
