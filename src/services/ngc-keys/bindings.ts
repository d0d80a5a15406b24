import { objectsOf, type ResourceAttributes } from '../../decisions/decide.ts';
import type { Resource } from '../../decisions/policy.ts';
import type { ResourceTypeRow } from '../../decisions/rule.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import type { Use } from '../../decisions/uses.ts';

interface BoundObject {
  readonly type: string;
  readonly id: string;
  readonly uses: readonly Use[];
}

/** By type and id: the uses that name an object; null if it must be kept. A type without object ids has null. */
type IdsByType = Map<string, Map<string, { readonly uses: Use[] | null }> | null>;

/**
 * The widest resources for the recorded uses of a key: every type, with all objects that were used, or the objects that
 * the key names now if none were. Trials then remove resources. A trial checks only the objects of its use, so it takes
 * the same time for one object as for a thousand.
 */
export class Bindings {
  readonly #rows: ReadonlyMap<string, ResourceTypeRow>;
  readonly #idsByType: IdsByType;

  private constructor(rows: ReadonlyMap<string, ResourceTypeRow>, idsByType: IdsByType) {
    this.#rows = rows;
    this.#idsByType = idsByType;
  }

  /** @param bound the current resources of the key */
  static of(rulesets: readonly Ruleset[], uses: readonly Use[], bound: readonly Resource[]): Bindings {
    const rows = new Map(rulesets.flatMap(({ resourceTypes }) => [...resourceTypes]));
    const idsByType: IdsByType = new Map(
      [...rows].map(([type, { names }]) => [type, names === null ? null : new Map()]),
    );
    for (const use of uses) {
      for (const [type, ids] of listObjects(use).flatMap(({ names }) => Object.entries(names))) {
        if (use.accessRequest.rule.on?.includes(type) !== true) continue;
        for (const id of ids) idsByType.get(type)?.set(id, { uses: [] });
      }
    }
    // A use also depends on the parts of its objects.
    for (const use of uses) {
      for (const [type, ids] of listMentions(use)) for (const id of ids) idsByType.get(type)?.get(id)?.uses?.push(use);
    }
    for (const [type, ids] of idsByType) {
      if (ids?.size !== 0) continue;
      const currentIds = bound.find((resource) => resource.type === type)?.ids ?? [];
      // A list operation doesn't reveal which object the client wanted, so keep them all.
      for (const id of currentIds) ids.set(id, { uses: null });
      if (ids.size === 0) idsByType.delete(type);
    }
    return new Bindings(rows, idsByType);
  }

  /** Types without object ids first, then from fewer to more parts in an id. */
  get widestFirst(): readonly string[] {
    const types = [...this.#idsByType.keys()].reverse();
    return types.sort((left, right) => this.#countParts(left) - this.#countParts(right));
  }

  only(types: readonly string[]): Bindings {
    const selected = [...this.#idsByType].filter(([type]) => types.includes(type));
    return new Bindings(this.#rows, new Map(selected.map(([type, ids]) => [type, ids && new Map(ids)])));
  }

  /** Returns the resources relevant to a use: for each type, only the objects that the use names. */
  resourcesFor(use: Use, except?: Pick<BoundObject, 'type' | 'id'>): readonly Resource[] {
    const mentions = listMentions(use);
    return [...this.#idsByType].map(([type, ids]): Resource => {
      if (ids === null) return { type };
      const mentioned = mentions.filter(([named]) => named === type).flatMap(([, mentionedIds]) => mentionedIds);
      return { type, ids: mentioned.filter((id) => ids.has(id) && !(except?.type === type && except.id === id)) };
    });
  }

  without(type: string, id: string): Pick<Bindings, 'resourcesFor'> {
    return { resourcesFor: (use) => this.resourcesFor(use, { type, id }) };
  }

  /** Yields the objects that can be dropped. The last one of a type is kept: a type without objects is invalid. */
  *objects(): Generator<BoundObject> {
    for (const [type, ids] of this.#idsByType) {
      for (const [id, { uses }] of [...(ids ?? [])]) {
        if (uses !== null && ids !== null && ids.size > 1) yield { type, id, uses };
      }
    }
  }

  drop(type: string, id: string): void {
    this.#idsByType.get(type)?.delete(id);
  }

  resources(): readonly Resource[] {
    return [...this.#idsByType].map(([type, ids]) => (ids === null ? { type } : { type, ids: [...ids.keys()] }));
  }

  #countParts(type: string): number {
    const pattern = this.#rows.get(type)?.names ?? null;
    return pattern === null ? 0 : pattern.split('/').length;
  }
}

/** Includes the parts of the objects. */
function listMentions(use: Use): readonly [type: string, ids: readonly string[]][] {
  return listObjects(use).flatMap(({ names, parts = {} }) => [...Object.entries(names), ...Object.entries(parts)]);
}

function listObjects({ lookedUp }: Use): readonly ResourceAttributes[] {
  return lookedUp?.found === 'object' && lookedUp.attributes !== undefined ? objectsOf(lookedUp.attributes) : [];
}
