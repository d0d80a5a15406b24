import type { Policy } from '../../decisions/policy.ts';
import type { ResourceTypeRow } from '../../decisions/rule.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { listNames } from '../../lib/nearest.ts';
import { Collection } from '../../store/collection.ts';
import type { Collections } from '../../store/collections.ts';
import { isSharedWith } from '../../store/row.ts';

/** Describes, per resource type, the objects of a policy that are neither the account's nor shared with it. */
export async function findMissingObjects(
  rulesets: readonly Ruleset[],
  collections: Collections,
  key: { readonly name: string; readonly account: string; readonly services: readonly string[] },
  { resources }: Policy,
): Promise<readonly string[]> {
  const rows = rulesets
    .filter(({ service }) => key.services.includes(service))
    .flatMap(({ resourceTypes }) => [...resourceTypes.values()]);
  const warnings = await Promise.all(
    rows.map(async (row) => {
      const ids = resources.find(({ type }) => type === row.id)?.ids ?? [];
      const missing: string[] = [];
      for (const id of ids) {
        if (!(await isVisible(row, id, collections, key.account))) missing.push(id);
      }
      return missing.length === 0 ? [] : [describeMissing(key.name, row, missing)];
    }),
  );
  return warnings.flat();
}

async function isVisible({ objects }: ResourceTypeRow, name: string, collections: Collections, account: string) {
  if (objects === undefined) return true;
  const parts = name.split('/');
  const findPart = (member: 'id' | 'parent') => parts[objects.parts.indexOf(member)];
  const [id, parent] = [findPart('id'), findPart('parent')];
  const collection = new Collection<unknown, string>(objects.collection);
  const found =
    id === undefined ? await collection.ofParent(collections, parent ?? '') : [await collection.byId(collections, id)];
  return found.some((row) => {
    if (row === null || (parent !== undefined && row.parent !== parent)) return false;
    return row.owner === account || isSharedWith(row, account);
  });
}

function describeMissing(name: string, { label }: ResourceTypeRow, missing: readonly string[]): string {
  const verb = missing.length === 1 ? 'does' : 'do';
  return `The key \`${name}\` is bound to \`${label}\` ${listNames('', missing)}, which ${verb} not exist in its account: check the id, or create it first.`;
}
