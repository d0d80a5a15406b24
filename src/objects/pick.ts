import { objectOf } from './members.ts';

/** Members that may be undefined become optional. */
export type Present<Its> = { readonly [Name in keyof Its as undefined extends Its[Name] ? never : Name]: Its[Name] } & {
  readonly [Name in keyof Its as undefined extends Its[Name] ? Name : never]?: Exclude<Its[Name], undefined>;
};

/** Picks members by name, omitting undefined ones. All other members are dropped, like vendors do. */
export function pick<Its extends object, Name extends keyof Its & string>(
  given: Its,
  names: readonly Name[],
): Present<Pick<Its, Name>> {
  const there = names.filter((name) => Object.hasOwn(given, name) && given[name] !== undefined);
  return objectOf<Present<Pick<Its, Name>>>(there.map((name) => [name, given[name]]));
}

/** Removes duplicates, which are equal as JSON. */
export function distinct<Entry>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}
