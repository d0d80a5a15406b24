import { DEFAULT_WORLD, MAX_WORLD_ID_LENGTH } from '../lib/world-id.ts';
import { grantMarkOf, keyMarkOf } from '../tokens/world-mark.ts';

const MAX_ENDED_WORLDS = 10_000;

/** Recognises the credentials of worlds, even of ended worlds, by marks and by the ends of client ids. */
export class EndedWorlds {
  /** Ids of existing and ended worlds, by mark. */
  readonly #idsByMark = new Map<string, string>([[grantMarkOf(DEFAULT_WORLD), DEFAULT_WORLD]]);
  /** Ids of ended worlds, oldest first. */
  readonly #endedIds = new Set<string>();

  /** Records that a world exists. It may have the id of an ended world. */
  noteCreated(id: string): void {
    this.#endedIds.delete(id);
    this.#idsByMark.set(keyMarkOf(id), id);
  }

  /** Records that a world has ended, and forgets the world that ended first if there are too many. */
  noteEnded(id: string): void {
    this.#endedIds.add(id);
    const [oldest] = this.#endedIds;
    if (this.#endedIds.size <= MAX_ENDED_WORLDS || oldest === undefined) return;
    this.#endedIds.delete(oldest);
    this.#idsByMark.delete(keyMarkOf(oldest));
  }

  hasEnded(id: string): boolean {
    return this.#endedIds.has(id);
  }

  /** Returns the world that a key or a grant with this mark was issued for; none if the mark is unknown. */
  worldsOfMark(mark: string): readonly string[] {
    const id = this.#idsByMark.get(mark);
    return id === undefined ? [] : [id];
  }

  /** Returns the ended world whose id is at the end of a client id; none if there is no such world. */
  worldsOfClientId(clientId: string): readonly string[] {
    // The longest suffix that can be a hyphen and the id of a world.
    const suffix = clientId.slice(-(MAX_WORLD_ID_LENGTH + 1));
    for (let hyphen = suffix.indexOf('-'); hyphen >= 0; hyphen = suffix.indexOf('-', hyphen + 1)) {
      const id = suffix.slice(hyphen + 1);
      if (this.#endedIds.has(id)) return [id];
    }
    return [];
  }
}
