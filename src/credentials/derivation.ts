import { clientIdInWorld } from '../core/world-id.ts';
import { alphanumericOf } from '../machine/random.ts';
import { type Hmac, hmacWith } from './hmac.ts';
import { addMark, worldMark } from './world-mark.ts';

/** Where credentials that nobody chose come from: the same world and id always give the same ones. */
export interface Derivation {
  /**
   * A credential in a form of its own, for whatever has this id, drawn from 256 bits in base64url. In a world other
   * than `default` it begins with the world's mark.
   *
   * @param use what it is for, without a colon: values derived for different uses are unrelated
   */
  draw(use: string, id: string, form: (drawn: string) => string): string;
  /** A secret of 32 letters and digits, for whatever has this id. */
  secret(id: string): string;
  /**
   * The client id in this world for what has this one in `default`: unchanged in `default`, `<given>-<world>`
   * elsewhere.
   */
  clientId(given: string): string;
}

/** Gives the text of the key with this id. */
export type DeriveKey = (derivation: Derivation, id: string) => string;

const SECRET_LENGTH = 32;

/** @param world its id; `default` for the world that a server begins with */
export function derivationOf(world: string): Derivation {
  const mark = worldMark(world);
  // Values derived for different uses, or in different worlds, are unrelated. Ids of worlds and uses contain no colon,
  // so two triples never give the same text.
  const known = new Map<string, Hmac>();
  const hmacFor = (use: string) => {
    const drawn = known.get(use) ?? hmacWith('sha256', `${world}:${use}`);
    known.set(use, drawn);
    return drawn;
  };
  return {
    draw: (use, id, form) => form(addMark(mark, hmacFor(use)(id, 'base64url'))),
    secret: (id) => {
      let text = '';
      // Some bytes stand for no character, so one block is seldom enough.
      for (let block = 0; text.length < SECRET_LENGTH; block++) {
        text += alphanumericOf(Buffer.from(hmacFor(`secret-${block}`)(id, 'binary'), 'latin1'));
      }
      return text.slice(0, SECRET_LENGTH);
    },
    clientId: (given) => clientIdInWorld(given, world),
  };
}
