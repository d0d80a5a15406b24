import { toAlphanumeric } from '../lib/random.ts';
import { addWorldToClientId } from '../lib/world-id.ts';
import { createHmacFunction, type Hmac } from './hmac.ts';
import { addMark, keyMarkOf } from './world-mark.ts';

/** Derives credentials from a world and an id, so that they are the same after a restart or reset. */
export interface Derivation {
  /**
   * Derives a credential for an id, from 256 bits in base64url. In worlds other than `default` it starts with the
   * world's mark.
   *
   * @param use the purpose, without a colon: values derived for different purposes are unrelated
   * @param form converts the derived string to the vendor's format
   */
  draw(use: string, id: string, form: (drawn: string) => string): string;
  /** Derives a secret of 32 letters and digits for an id. */
  secret(id: string): string;
  /** Translates a client id of the world `default`: unchanged there, `<id>-<world>` in other worlds. */
  clientId(id: string): string;
}

/** Derives the text of the key with this id. */
export type DeriveKey = (derivation: Derivation, id: string) => string;

const SECRET_LENGTH = 32;

/** @param world its id; `default` for the first world of a server */
export function createDerivation(world: string): Derivation {
  const mark = keyMarkOf(world);
  // Neither worlds nor uses contain a colon, so the input is unique for each pair.
  const hmacs = new Map<string, Hmac>();
  const hmacFor = (use: string) => {
    const hmac = hmacs.get(use) ?? createHmacFunction('sha256', `${world}:${use}`);
    hmacs.set(use, hmac);
    return hmac;
  };
  return {
    draw: (use, id, form) => form(addMark(mark, hmacFor(use)(id, 'base64url'))),
    secret: (id) => {
      let text = '';
      // Some bytes yield no character, so one block is rarely enough.
      for (let block = 0; text.length < SECRET_LENGTH; block++) {
        text += toAlphanumeric(Buffer.from(hmacFor(`secret-${block}`)(id, 'binary'), 'latin1'));
      }
      return text.slice(0, SECRET_LENGTH);
    },
    clientId: (id) => addWorldToClientId(id, world),
  };
}
