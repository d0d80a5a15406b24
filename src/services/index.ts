import type { Manifest } from '../contract/manifest.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { COMMON_REASONS, type DenyReason, type Reason } from '../decisions/reasons.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Option } from '../definitions/option.ts';
import type { Settings } from '../definitions/settings.ts';
import type { StoredSchemas } from '../store/row-schema.ts';
import { airManifest } from './air/manifest.ts';
import type { Ports } from './control/ports.ts';
import { nakManifest } from './nak/manifest.ts';
import { ngcManifest } from './ngc/manifest.ts';
import { catalogueManifest } from './nvcf/catalogue/manifest.ts';
import { nvcfManifest } from './nvcf/manifest.ts';
import { nvctManifest } from './nvct/manifest.ts';
import { runaiManifest } from './runai/manifest.ts';

export type { Ports } from './control/ports.ts';
export type { NgcCast } from './ngc/cast.ts';
export type { CastModel, CatalogueCast } from './nvcf/catalogue/cast.ts';
export type { RunaiCast } from './runai/cast.ts';

/**
 * Every emulated API. Services are loaded when a server is built, so commands that only call a running server need just
 * this list. The control API is loaded with the server, because it depends on all other services.
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

/** Returns the vendor's host names that a service emulates, or those of all services. */
export function vendorHosts(service?: string): string[] {
  return MANIFESTS.flatMap(({ name, hosts }) => (service === undefined || service === name ? hosts : []));
}

type OptionsOfServices = { readonly [Name in keyof Settings]: Option<Settings[Name]> };

// Each service extends `Settings` with its option values.
/** The options of all services, by setting name. */
export const SERVICE_OPTIONS = Object.assign({}, ...MANIFESTS.map(({ options }) => options)) as OptionsOfServices;

// Each service extends `DenyReason` with its codes.
/** Every reason, by code. */
export const ALL_REASONS = Object.assign({}, COMMON_REASONS, ...MANIFESTS.map(({ reasons }) => reasons)) as Readonly<
  Record<DenyReason, Reason>
>;

/** Loads the control API. @returns a function that creates it from the parts of a server */
export async function loadControl(): Promise<(ports: Ports) => ServiceDefinition> {
  return (await import('./control/index.ts')).control;
}

/** Loads the schemas of all services, including services that this server does not enable. */
export async function loadSchemas(): Promise<readonly StoredSchemas[]> {
  const { STORED_SCHEMAS: ofControl } = await import('./control/stored-schemas.ts');
  return [ofControl, ...(await Promise.all(MANIFESTS.map(({ schemas }) => schemas())))];
}

/** Loads the services enabled by these settings, or every service without settings. */
export async function loadServices(settings?: Settings): Promise<readonly ServiceDefinition[]> {
  const served = MANIFESTS.filter(({ isServed }) => settings === undefined || isServed?.(settings) !== false);
  const services: readonly ServiceDefinition[] = await Promise.all(served.map(({ load }) => load(rulesetsOfKeys)));
  function rulesetsOfKeys(): readonly Ruleset[] {
    const all = services.flatMap(({ rules }) => rules.rulesets);
    return all.filter(({ tables }) => tables.product !== undefined || tables.keyServices !== undefined);
  }
  return services;
}
