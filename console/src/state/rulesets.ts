import { describeNeeds } from '../../../src/console-entry.ts';
import { ask } from '../control-api/client.ts';
import { readInfo } from './info.ts';
import { createQueries } from './query.ts';

/** The certainty of a row of a ruleset. */
export type Certainty = 'documented' | 'implied' | 'observed' | 'inferred' | 'contradicted' | 'ours' | 'unknown';

/** A row of a ruleset: where it comes from, and how certain it is. */
interface Sourced {
  readonly source: string;
  readonly certainty: Certainty;
}

/** The requirement of one or several operations. */
export interface Rule extends Sourced {
  readonly id: string;
  readonly label: string;
  readonly needs: {
    readonly all?: readonly string[];
    readonly any?: readonly string[];
    /** All of these are required. */
    readonly roles?: readonly string[];
    /** Any of these replaces the rights. */
    readonly orRoles?: readonly string[];
  };
  /** The resource types that a key may be bound to. */
  readonly on?: readonly string[];
  /** Whether no key can satisfy it. */
  readonly closed?: true;
}

/** A scope or permission. */
export interface Grant extends Sourced {
  readonly id: string;
  readonly label: string;
  /** The ids of the only resource types it works with. */
  readonly onlyOn?: readonly string[];
}

/** A role with the rights that it grants. */
export interface Role extends Sourced {
  readonly name: string;
  readonly grants: readonly string[];
}

/** A type of resource to which a key can be bound. */
export interface ResourceType extends Sourced {
  readonly id: string;
  readonly label: string;
  /** The form of its ids; null if it takes none. */
  readonly names: string | null;
}

/** An operation of a service with the id of its rule. */
export interface Operation extends Sourced {
  readonly id: string;
  readonly rule: string;
}

/** A reason for which a service can refuse requests. */
export interface Reason extends Sourced {
  readonly reason: string;
  /** The step that refuses the request. */
  readonly stage: 'authenticate' | 'decide' | 'validate' | 'cover' | 'handle';
}

/** The rules of a service: `GET /_mock/tables/{service}`. */
export interface Ruleset {
  readonly service: string;
  /** The product of NGC keys, if keys are for this service. */
  readonly product?: string;
  /** For a service called with keys for other services: the service that a key must have, by key type. */
  readonly keyServices?: Readonly<Record<'personal-key' | 'service-key', string>>;
  readonly profile: string | null;
  /** The vendor's term for a right. */
  readonly term: 'scope' | 'permission';
  readonly rules: readonly Rule[];
  readonly operations: readonly Operation[];
  readonly grants: readonly Grant[];
  readonly roles: readonly Role[];
  readonly reasons: readonly Reason[];
  readonly resourceTypes?: readonly ResourceType[];
  /** Completes “a key without a resource ...” for service keys. Absent if resources do not matter. */
  readonly unbound?: string;
}

/** Returns the needs of an operation in words, as the API documents have them. */
export function describeOperationNeeds(ruleset: Ruleset, operation: Operation): ReturnType<typeof describeNeeds> {
  return describeNeeds({ ...ruleset, permissions: ruleset.grants }, operation);
}

/** Services with a different name in keys. */
const SERVICES_BY_KEY_NAME: ReadonlyMap<string, string> = new Map([['public-api', 'catalogue']]);

export function serviceOfKey(name: string): string {
  return SERVICES_BY_KEY_NAME.get(name) ?? name;
}

/** Returns the name of a service in keys of this type; undefined if there are no such keys. */
export function keyServiceNameOf(
  { service, product, keyServices }: Ruleset,
  type: 'personal' | 'service',
): string | undefined {
  if (product !== undefined) return service;
  return type === 'personal' ? keyServices?.['personal-key'] : undefined;
}

export const readRuleset = createQueries((service) => ask<Ruleset>('GET', `/_mock/tables/${service}`));

/** Reads the names of the server's services. */
export async function readServices(): Promise<readonly string[]> {
  return (await readInfo()).services.map(({ name }) => name);
}
