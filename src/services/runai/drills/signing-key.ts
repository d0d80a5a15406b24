import type { Drill } from '../../../contract/drill.ts';
import { rfc3339 } from '../../../core/clock.ts';

export const rotateSigningKey: Drill = {
  name: 'rotate-signing-key',
  what: 'Tokens are signed with a new key from now on. The old one stays in the JWKS for ten minutes of the clock of the world; then it is gone, and its tokens are refused.',
  rightClient:
    'A verifier that meets an unknown `kid` reads the JWKS again, once, and takes the key from there; a client whose token is refused asks for a new one once.',
  lasts: null,
  about: 'all',
  run: async ({ world, now }) => {
    const { kid, replaced, until } = await world.tokens.rotate(now);
    return { did: `The key ${kid} signs in place of ${replaced}, which is in the JWKS until ${rfc3339(until)}.` };
  },
};
