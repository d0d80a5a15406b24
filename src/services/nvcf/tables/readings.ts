import type { Rule, Sourced } from '../../../decisions/rule.ts';
import type { ResourceTypeId } from './resource-types.ts';
import type { Scope } from './scopes.ts';
import { CODE, PAGE } from './sources.ts';

/** How to find the object of a rule: the lookup, the path parameter with the id, and the names in the path. */
export const COVERS = {
  ownFunction: { param: 'functionId', names: { function: '{functionId}', 'function-versions': '{functionId}/' } },
  ownVersion: {
    param: 'versionId',
    names: { function: '{functionId}', 'function-versions': '{functionId}/{versionId}' },
  },
  deployment: { param: 'deploymentId' },
  visibleFunction: { param: 'functionId', names: { function: '{functionId}', 'function-versions': '{functionId}/' } },
  visibleVersion: {
    param: 'versionId',
    names: { function: '{functionId}', 'function-versions': '{functionId}/{versionId}' },
  },
  /** In the body or a header. */
  functionInModel: {},
  /** Several, in the body. */
  functionsInBody: {},
  invocation: { param: 'requestId' },
  registryCredential: { param: 'registryCredentialId' },
  telemetry: { param: 'telemetryId' },
  asset: { param: 'assetId' },
} as const;

export type NvcfRule = Rule<Scope, ResourceTypeId>;

/** `documented` follows the service-keys page, `open-source` the published control-plane code. */
export type Reading = 'documented' | 'open-source';

/** The default source of a profile's rules. */
export const SOURCES: Readonly<Record<Reading, Sourced>> = {
  documented: { source: PAGE, certainty: 'documented' },
  'open-source': { source: CODE, certainty: 'documented' },
};

/** Types missing in the page's table, with the reason why they are accepted. */
export const ADDED = {
  'function-versions': 'service-keys page lists the type but has no row for it; accepted wherever Function is',
  'authorized-functions':
    'published control-plane code, for functions of other accounts; the page does not mention the type',
} as const;

/** Members of a rule that can be set on an action or on one of its rows. */
interface Said extends Partial<Omit<NvcfRule, 'id' | 'cover'>> {
  readonly cover?: keyof typeof COVERS;
  /** Additional types that the page does not list for the action. */
  readonly addsToPage?: readonly (keyof typeof ADDED)[];
}

/** Common members, and members of a single profile, which override them. */
export type Part = Said & { readonly [One in Reading]?: Said };

/** An action, with the common members of its rules. */
export type Action = Part &
  Pick<NvcfRule, 'label' | 'needs'> &
  Readonly<Record<Reading, Said>> & { readonly rows: Readonly<Record<string, Part>> };
