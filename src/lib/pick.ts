import { createObject } from './members.ts';

/** Members that may be undefined become optional. */
export type Present<Value> = {
  readonly [Name in keyof Value as undefined extends Value[Name] ? never : Name]: Value[Name];
} & {
  readonly [Name in keyof Value as undefined extends Value[Name] ? Name : never]?: Exclude<Value[Name], undefined>;
};

/** Picks members by name, omitting undefined ones. All other members are dropped, like vendors do. */
export function pick<Value extends object, Name extends keyof Value & string>(
  value: Value,
  names: readonly Name[],
): Present<Pick<Value, Name>> {
  const present = names.filter((name) => Object.hasOwn(value, name) && value[name] !== undefined);
  return createObject<Present<Pick<Value, Name>>>(present.map((name) => [name, value[name]]));
}

/** Removes duplicates, which are equal as JSON. */
export function removeDuplicates<Entry>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}
