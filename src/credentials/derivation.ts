import { createHmac, hash } from 'node:crypto';
import { alphanumericOf } from '../random.ts';
import { markedKey } from './ngc-key.ts';

/** Where credentials come from that nobody chose: the same for the same world and the same id. */
export interface Derivation {
  /**
   * The text of the NGC key of this id, marked as a mock's (`markedKey`). In a world other than `default` its drawn part
   * begins with the world's mark.
   */
  key(id: string): string;
  /** A secret of 32 letters and digits, for what has this id. */
  secret(id: string): string;
  /** The client id in this world of what has this one in `default`: itself in `default`, `<given>-<world>` elsewhere. */
  clientId(given: string): string;
}

/** The world that a server begins with. */
const FIRST_WORLD = 'default';

const SECRET_LENGTH = 32;
const MARK_LENGTH = 12;

/** @param world id of the world; `default` for the one that a server begins with */
export function derivationOf(world: string): Derivation {
  const isFirst = world === FIRST_WORLD;
  const mark = isFirst ? '' : worldMark(world);
  // What is derived for one use is nothing like what is derived for another, nor is what is derived in two worlds. Ids
  // of worlds and uses have no colon, so two triples are never one text.
  const drawn = (use: string, id: string) => createHmac('sha256', `${world}:${use}`).update(id).digest();
  return {
    key: (id) => markedKey(`${mark}${drawn('key', id).toString('base64url').slice(mark.length)}`),
    secret: (id) => {
      let text = '';
      // Some bytes stand for no letter, so one block is seldom enough.
      for (let block = 0; text.length < SECRET_LENGTH; block++) text += alphanumericOf(drawn(`secret-${block}`, id));
      return text.slice(0, SECRET_LENGTH);
    },
    clientId: (given) => (isFirst ? given : `${given}-${world}`),
  };
}

/** What credentials of a world begin with that carry no name: 12 lower-case hexadecimal digits of the hash of its id. */
export function worldMark(world: string): string {
  return hash('sha256', world, 'hex').slice(0, MARK_LENGTH);
}
