import { DEFAULT_WORLD, MAX_WORLD_ID_LENGTH } from '../addresses/world-id.ts';
import { grantMarkOf, keyMarkOf } from '../credentials/world-mark.ts';

/** The maximum number of ended worlds to remember. */
const MAX_ENDED = 10_000;

/** Recognises the credentials of worlds, even of ended worlds, by marks and by the ends of client ids. */
export class EndedWorlds {
  /** Ids of existing and ended worlds, by mark. */
  readonly #marks = new Map<string, string>([[grantMarkOf(DEFAULT_WORLD), DEFAULT_WORLD]]);
  readonly #gone = new Set<string>();

  noteCreated(id: string): void {
    this.#gone.delete(id);
    this.#marks.set(keyMarkOf(id), id);
  }

  noteEnded(id: string): void {
    this.#gone.add(id);
    const [oldest] = this.#gone;
    if (this.#gone.size <= MAX_ENDED || oldest === undefined) return;
    this.#gone.delete(oldest);
    this.#marks.delete(keyMarkOf(oldest));
  }

  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** Returns the world that a key or a grant was issued for. */
  ofMark(mark: string): readonly string[] {
    return [this.#marks.get(mark) ?? []].flat();
  }

  /** Returns the ended world whose id is at the end of a client id. */
  endedWorldByClientId(clientId: string): readonly string[] {
    const end = clientId.slice(-MAX_WORLD_ID_LENGTH - 1);
    for (let at = end.indexOf('-'); at >= 0; at = end.indexOf('-', at + 1)) {
      const id = end.slice(at + 1);
      if (this.#gone.has(id)) return [id];
    }
    return [];
  }
}
