import type { ServiceCallers } from '../../contract/service.ts';
import type { Caller } from '../../decisions/decide.ts';
import type { HeldRights, HypotheticalRights } from '../../decisions/policy.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import { permissionsOfRoles, type Ruleset, type Settings } from '../../decisions/ruleset.ts';
import { type NgcKeys, ngcKeysIn } from './index.ts';
import type { Organization } from './records.ts';

/** Simulates keys with other rights. @param assertOrganization throws if the organisation may not use the service */
export function createHypotheticalKeys(
  selectRuleset: (settings: Settings) => Ruleset,
  assertOrganization: (organization: Organization) => void = () => {},
): NonNullable<ServiceCallers['hypothetical']> {
  return {
    roles: async ({ settings }) => selectRuleset(settings).tables.roles.map(({ name }) => name),
    caller: async ({ settings, store }, rights, existing) => {
      const ruleset = selectRuleset(settings);
      if (existing === null) return createSimulatedCaller(ruleset, rights, ngcKeysIn(store), assertOrganization);
      return { principal: existing.principal, held: replaceRights(ruleset, rights, existing) };
    },
  };
}

const FIRST_POLICY_VERSION = 1;

async function createSimulatedCaller(
  ruleset: Ruleset,
  rights: HypotheticalRights,
  ngcKeys: NgcKeys,
  assertOrganization: (organization: Organization) => void,
): Promise<Caller> {
  const [organization] = await ngcKeys.listOrganizations();
  if (organization === undefined) {
    throw invalidRequest('This world has no organisation for the key. Use a seed that has one.');
  }
  assertOrganization(organization);
  const { name: org, ncaId: account } = organization;
  const kind = 'policy' in rights ? 'service-key' : 'personal-key';
  const principal = { kind, id: 'simulated', name: 'simulated', org, account } as const;
  return { principal, held: buildHeldRights(ruleset, rights, null, FIRST_POLICY_VERSION) };
}

/** @throws Problem if a key of this kind cannot have such rights */
function replaceRights(ruleset: Ruleset, rights: HypotheticalRights, { principal, held }: Caller): HeldRights {
  const isServiceKey = principal.kind === 'service-key';
  const hasPolicy = 'policy' in rights;
  if (isServiceKey === hasPolicy) {
    // Personal keys have no policy, and so no version of it.
    const nextVersion = (held.policyVersion ?? 0) + 1;
    return buildHeldRights(ruleset, rights, held.services, nextVersion);
  }
  throw invalidRequest(
    isServiceKey
      ? 'Field `held.roles` is not allowed for a service key. Send `scopes` and `resource` instead.'
      : 'Field `held.scopes` is not allowed for a personal key. Send `roles` instead.',
  );
}

function buildHeldRights(
  ruleset: Ruleset,
  rights: HypotheticalRights,
  services: HeldRights['services'],
  policyVersion: number,
): HeldRights {
  if ('roles' in rights) {
    const permissions = permissionsOfRoles(ruleset.tables, rights.roles);
    return { roles: rights.roles, permissions, resources: null, services, pending: [] };
  }
  const { scopes, resources } = rights.policy;
  return { roles: [], permissions: new Set(scopes), resources, services, policyVersion, pending: [] };
}
