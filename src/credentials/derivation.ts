import { createHmac } from 'node:crypto';
import { clientIdInWorld } from '../core/world-id.ts';
import { alphanumericOf } from '../machine/random.ts';
import { addMark, worldMark } from './world-mark.ts';

/** Where credentials come from that nobody chose: the same for the same world and the same id. */
export interface Derivation {
  /**
   * A credential of a form of its own, for what has this id: made of 256 bits in base64url. In a world other than
   * `default` these begin with the world's mark.
   *
   * @param use what it is for, without a colon: what is derived for one use is nothing like what is for another
   */
  draw(use: string, id: string, form: (drawn: string) => string): string;
  /** A secret of 32 letters and digits, for what has this id. */
  secret(id: string): string;
  /** The client id in this world of what has this one in `default`: itself in `default`, `<given>-<world>` elsewhere. */
  clientId(given: string): string;
}

const SECRET_LENGTH = 32;

/** @param world id of the world; `default` for the one that a server begins with */
export function derivationOf(world: string): Derivation {
  const mark = worldMark(world);
  // What is derived for one use is nothing like what is derived for another, nor is what is derived in two worlds. Ids
  // of worlds and uses have no colon, so two triples are never one text.
  const drawn = (use: string, id: string) => createHmac('sha256', `${world}:${use}`).update(id).digest();
  return {
    draw: (use, id, form) => form(addMark(mark, drawn(use, id).toString('base64url'))),
    secret: (id) => {
      let text = '';
      // Some bytes stand for no letter, so one block is seldom enough.
      for (let block = 0; text.length < SECRET_LENGTH; block++) text += alphanumericOf(drawn(`secret-${block}`, id));
      return text.slice(0, SECRET_LENGTH);
    },
    clientId: (given) => clientIdInWorld(given, world),
  };
}
