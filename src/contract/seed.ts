import type { Instant } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Row } from '../store/row.ts';
import type { Derivation } from '../tokens/derivation.ts';
import type { SeedSchema } from './json-schema.ts';
import type { World } from './world.ts';

export type SeedParts = Readonly<Record<string, unknown>>;

export interface SeedRows {
  readonly rows: readonly Row[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** A list whose entries can be changed one by one by a seed that extends another. */
export interface SeedList {
  readonly idMembers: readonly string[];
  /** The nouns for an entry, in the singular and the plural. Absent if the entries have no credentials. */
  readonly nouns?: readonly [singular: string, plural: string];
}

export interface SeedError {
  /** Its path in the seed: `ngc.keys[9].scopes`. */
  readonly place: string;
  /** A sentence without the full stop. */
  readonly message: string;
  /** An unknown name, and the names that are known. */
  readonly given?: string;
  readonly valid?: readonly string[];
}

/** How a service applies its part of a seed to a world, and describes it in the cast. */
export interface Seeding {
  /** JSON Schema of this service's part of a seed file. Objects in it are closed, and each member is described. */
  readonly schema: SeedSchema;
  /** Its lists whose entries are identified by members, by name. */
  readonly lists: Readonly<Record<string, SeedList>>;
  /** Returns the errors that the schema cannot express. @param part matches the schema, and is not completed yet */
  findErrors(part: unknown, seed: SeedParts): readonly SeedError[];
  /** Adds omitted ids first, then keys, secrets, client ids and passwords. Absent if nothing can be omitted. */
  complete?(part: unknown, derivation: Derivation): unknown;
  /**
   * Returns the part for another world: keys, secrets and confidential client ids are replaced; ids, names and
   * passwords with their hashes stay. Absent if there are no credentials.
   * @param part is complete
   */
  derivePart?(part: unknown, derivation: Derivation): unknown;
  /** Returns the part with password hashes, once for all worlds. @param builtIn the cast's part, to reuse its hashes */
  hashSecrets?(part: unknown, random: Random, builtIn: unknown): Promise<unknown>;
  /** @param part is complete, hashed and valid @param seed the whole one, because its parts refer to each other */
  createRows(part: unknown, now: Instant, random: Random, seed: SeedParts): Promise<SeedRows>;
  /** Returns this part of the cast: the credentials and names that a client needs to use the identities. */
  createCast(part: unknown): unknown;
  /** Returns the part of `createCast` with the members that depend on the time. Absent if none does. */
  castAt?(part: unknown, now: Instant): unknown;
  /** Returns a function that issues an entry's token, which never expires, or null. Absent if none has tokens. */
  createBearers?(
    part: unknown,
    world: Pick<World, 'id' | 'credentials'>,
  ): Promise<(list: string, entry: unknown) => Promise<string> | null>;
}
