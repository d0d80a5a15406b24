import type { Manifest } from '../contract/manifest.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { COMMON_REASONS, type DenyReason, type Reason } from '../decisions/reasons.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Option } from '../definitions/option.ts';
import type { Settings } from '../definitions/settings.ts';
import type { KeptForms } from '../store/row-form.ts';
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
 * Every emulated API. A service is loaded when a server is built: commands that only ask a running one need no more
 * than this. The control API is loaded with the server, because it is given all the others.
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

/** The vendor's host names that a service emulates; of all services without a name. */
export function vendorHosts(service?: string): string[] {
  return MANIFESTS.flatMap(({ name, hosts }) => (service === undefined || service === name ? hosts : []));
}

type OptionsOfServices = { readonly [Name in keyof Settings]: Option<Settings[Name]> };

/** The options of all services, by setting name. */
// Each service adds the values of its own options to `Settings`.
export const SERVICE_OPTIONS = Object.assign({}, ...MANIFESTS.map(({ options }) => options)) as OptionsOfServices;

/** Every reason, by its code. */
// Each service adds the codes of its own table to `DenyReason`.
export const ALL_REASONS = Object.assign({}, COMMON_REASONS, ...MANIFESTS.map(({ reasons }) => reasons)) as Readonly<
  Record<DenyReason, Reason>
>;

/** Loads the control API. @returns a function that makes it from the parts of a server */
export async function loadControl(): Promise<(ports: Ports) => ServiceDefinition> {
  return (await import('./control/index.ts')).control;
}

/** Loads the forms of the rows that all services keep, also of those that this server does not have. */
export async function loadForms(): Promise<readonly KeptForms[]> {
  const { FORMS } = await import('./control/forms.ts');
  return [FORMS, ...(await Promise.all(MANIFESTS.map(({ forms }) => forms())))];
}

/** Loads the services of a server with these settings; without any, every service. */
export async function loadServices(settings?: Settings): Promise<readonly ServiceDefinition[]> {
  const served = MANIFESTS.filter(({ isServed }) => settings === undefined || isServed?.(settings) !== false);
  const services: readonly ServiceDefinition[] = await Promise.all(served.map(({ load }) => load(rulesetsOfKeys)));
  function rulesetsOfKeys(): readonly Ruleset[] {
    const all = services.flatMap(({ rules }) => rules.rulesets);
    return all.filter(({ tables }) => tables.product !== undefined || tables.keyServices !== undefined);
  }
  return services;
}
