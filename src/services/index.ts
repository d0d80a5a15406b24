import type { Manifest } from '../contract/manifest.ts';
import type { Option } from '../contract/option.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { COMMON_REASONS, type DenyReason, type Reason } from '../decisions/reasons.ts';
import type { Ruleset, Settings } from '../decisions/ruleset.ts';
import { airManifest } from './air/manifest.ts';
import { nakManifest } from './nak/manifest.ts';
import { ngcManifest } from './ngc/manifest.ts';
import { catalogueManifest } from './nvcf/catalogue/manifest.ts';
import { nvcfManifest } from './nvcf/manifest.ts';
import { nvctManifest } from './nvct/manifest.ts';
import { runaiManifest } from './runai/manifest.ts';

export type { NgcCast } from './ngc/cast.ts';
export type { CastModel, CatalogueCast } from './nvcf/catalogue/cast.ts';
export type { RunaiCast } from './runai/cast.ts';

/**
 * Every emulated API. Services are loaded when a server is built, so commands that only call a running server need just
 * this list. The control API is not in it: `app/` creates it, because it has the server.
 */
export const MANIFESTS: readonly Manifest[] = [
  runaiManifest,
  airManifest,
  nvcfManifest,
  nvctManifest,
  catalogueManifest,
  ngcManifest,
  nakManifest,
];

/** Returns the vendor's host names that are emulated. @param service only those of this service */
export function listVendorHosts(service?: string): string[] {
  return MANIFESTS.flatMap(({ name, hosts }) => (service === undefined || service === name ? hosts : []));
}

/** Returns the services at the vendors' hosts, the owner of each host first. */
export function mapVendorHosts(): ReadonlyMap<string, readonly string[]> {
  const entries = MANIFESTS.flatMap(({ name, hosts }) => hosts.map((host) => [host, name] as const));
  return new Map(
    entries.map(([host, owner]) => {
      const guests = MANIFESTS.filter(({ gateways = [] }) => gateways.includes(host)).map(({ name }) => name);
      return [host, [owner, ...guests]];
    }),
  );
}

/** The options of all services, by setting name. */
export const SERVICE_OPTIONS = Object.assign({}, ...MANIFESTS.map(({ options }) => options)) as {
  readonly [Name in keyof Settings]: Option<Settings[Name]>;
};

/** Every reason, by code. Each service extends `DenyReason` with its codes. */
export const ALL_REASONS = Object.assign({}, COMMON_REASONS, ...MANIFESTS.map(({ reasons }) => reasons)) as Readonly<
  Record<DenyReason, Reason>
>;

/** Loads the services that these settings enable. Without settings, loads every service. */
export async function loadServices(settings?: Settings): Promise<readonly ServiceDefinition[]> {
  const enabled = MANIFESTS.filter(({ isServed }) => settings === undefined || isServed?.(settings) !== false);
  // A function, because the rulesets are known only when all services are loaded.
  const listRulesets = (): readonly Ruleset[] => services.flatMap(({ rules }) => rules.rulesets).filter(isForKeys);
  const services: readonly ServiceDefinition[] = await Promise.all(enabled.map(({ load }) => load(listRulesets)));
  return services;
}

/** Returns whether NGC keys can hold the scopes and resource types of a ruleset. */
function isForKeys({ tables }: Ruleset): boolean {
  return tables.product !== undefined || tables.keyServices !== undefined;
}
