import { describeNeeds } from '../../../src/console-entry.ts';
import { ask, type Tables } from '../control-api/client.ts';
import { readInfo } from './info.ts';
import { createQueries } from './query.ts';

export type Ruleset = Tables;
/** The requirement of one or several operations. */
export type Rule = Ruleset['rules'][number];
type Operation = Ruleset['operations'][number];

/** Returns the needs of an operation in words, as the API documents have them. */
export function describeOperationNeeds(ruleset: Ruleset, operation: Operation): ReturnType<typeof describeNeeds> {
  // The document of the control API describes the same rows, with wider types.
  const tables = { ...ruleset, permissions: ruleset.grants } as Parameters<typeof describeNeeds>[0];
  return describeNeeds(tables, operation);
}

/** Services with a different name in keys. */
const SERVICES_BY_KEY_NAME: ReadonlyMap<string, string> = new Map([['public-api', 'catalogue']]);

export function serviceOfKey(name: string): string {
  return SERVICES_BY_KEY_NAME.get(name) ?? name;
}

/** Returns the name of a service in keys of this type; undefined if there are no such keys. */
export function keyServiceNameOf({ service, product, keyServices }: Ruleset, type: 'personal' | 'service') {
  if (product !== undefined) return service;
  return type === 'personal' ? keyServices?.['personal-key'] : undefined;
}

export const readRuleset = createQueries((service) => ask<Ruleset>('GET', `/_mock/tables/${service}`));

export async function readServices(): Promise<readonly string[]> {
  return (await readInfo()).services.map(({ name }) => name);
}
