import type { Instant } from '../core/clock.ts';
import type { SeedFault } from '../core/seed-fault.ts';
import type { Derivation } from '../credentials/derivation.ts';
import type { Random } from '../machine/random.ts';
import type { WorldRecords } from '../store/world.ts';

/** A list of a seed whose entries a seed that extends another can change one by one. */
export interface SeedList {
  /** The members that tell an entry from the others. */
  readonly by: readonly string[];
  /** Of a list of those who have credentials: what people call one of them, and many. */
  readonly called?: readonly [one: string, many: string];
}

/** How a service turns its part of a seed into the world, and into the cast that people read. */
export interface Seeding {
  /** JSON Schema of this service's part of a seed file. Objects in it are closed, and each member is described. */
  readonly schema: object;
  /** Its lists whose entries are told apart by members, by name. */
  readonly lists: Readonly<Record<string, SeedList>>;
  /** Its faults and records look into the part of `ngc`, too. */
  readonly readsOrganizations?: true;
  /** What the schema cannot say of a part that fits it, as it was written. @param seed the whole seed */
  faults(part: unknown, seed: Readonly<Record<string, unknown>>): readonly SeedFault[];
  /**
   * The part with what was left out of it: ids, keys, secrets, client ids, passwords. Absent where nothing can be.
   * What is there stays as it is, so a part that is complete stays the same.
   *
   * @param part fits the schema
   */
  completed?(part: unknown, derivation: Derivation): unknown;
  /**
   * The part as another world has it: every NGC key, every secret and every confidential client id is the world's own,
   * also those that are written out; ids are written out, and the same everywhere. Names, e-mails, passwords with their
   * hashes, realm names, public OAuth clients stay. Absent where there are no credentials.
   *
   * @param part is complete, and of the world that a server begins with
   */
  own?(part: unknown, derivation: Derivation): unknown;
  /** The part without the ids that `completed` gives back to it. Absent where it gives none. */
  bare?(part: unknown): unknown;
  /**
   * The part with what takes long to make and is the same in every world: the hashes of passwords.
   *
   * @param part is complete
   * @param builtIn this service's part of the built-in cast: what it has already need not be made
   */
  hashed?(part: unknown, random: Random, builtIn: unknown): Promise<unknown>;
  /**
   * @param part is complete and hashed, and has no faults
   * @param seed the whole seed, because parts refer to each other
   */
  records(part: unknown, now: Instant, random: Random, seed: Readonly<Record<string, unknown>>): Promise<WorldRecords>;
  /** The part of the cast: what somebody needs to use the identities. */
  cast(part: unknown): unknown;
}
