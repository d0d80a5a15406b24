import type { Schema } from '../../contract/documented.ts';
import type { FunctionStatus } from './functions.ts';
import type { Definition } from './members.ts';
import type { Asset } from './operations/assets.ts';
import type { RecognizedRegistry, RegistryCredential } from './operations/registries.ts';
import type { Telemetry } from './operations/telemetries.ts';

interface SeedAccount {
  readonly org: string;
  readonly name?: string;
  readonly clientIds?: readonly string[];
}

/** One version of a function in a seed. */
export interface SeedFunction {
  readonly org: string;
  readonly name: string;
  readonly functionId: string;
  readonly versionId: string;
  readonly status: FunctionStatus;
  /** How other organisations can use the function. */
  readonly access: 'owned' | 'shared' | 'public';
  /** For `shared`: names of organisations. */
  readonly sharedWith?: readonly string[];
  readonly deployTime?: string;
  readonly invokeTime?: string;
  readonly answer?: unknown;
  /** Names of organisations that may use this version alone. */
  readonly versionSharedWith?: readonly string[];
  /** Other members, in the vendor's form. */
  readonly definition?: Definition & { readonly secrets?: readonly string[] };
}

/** An object of an organisation that has an id. */
export interface IdentifiedObject {
  readonly org: string;
  readonly id: string;
}

export interface SeedRegistryCredential
  extends IdentifiedObject,
    Pick<RegistryCredential, 'registryHostname' | 'artifactTypes'> {
  readonly name: string;
}

interface SeedTelemetry
  extends IdentifiedObject,
    Pick<Telemetry, 'name' | 'endpoint' | 'protocol' | 'provider' | 'types'> {}

export interface SeedAsset extends IdentifiedObject, Pick<Asset, 'contentType' | 'description' | 'uploadId'> {
  readonly content?: string;
}

/** An invocation in progress. */
export interface SeedInvocation extends IdentifiedObject {
  readonly versionId: string;
}

/** A documented object, with the organisation that owns it. */
type OrganizationOwned<Name extends 'ClusterGroup' | 'GpuQuota' | 'InstanceType'> = { readonly org: string } & Schema<
  'nvcf',
  Name
>;

/** The entry type of each list. */
export interface SeedEntries {
  readonly accounts: SeedAccount;
  readonly functions: SeedFunction;
  readonly clusterGroups: OrganizationOwned<'ClusterGroup'>;
  readonly gpuQuotas: OrganizationOwned<'GpuQuota'>;
  readonly instanceTypes: OrganizationOwned<'InstanceType'>;
  readonly recognizedRegistries: RecognizedRegistry;
  readonly registryCredentials: SeedRegistryCredential;
  readonly telemetries: SeedTelemetry;
  readonly assets: SeedAsset;
  readonly invocations: SeedInvocation;
}

/** The `nvcf` part of a seed. */
export type NvcfSeed = { readonly [List in keyof SeedEntries]?: readonly SeedEntries[List][] };

/** Returns the `nvcf` part of a seed with its type. @param part matches `SEED_SCHEMA`, which these types mirror */
export function readSeed(part: unknown): NvcfSeed {
  return part as NvcfSeed;
}
