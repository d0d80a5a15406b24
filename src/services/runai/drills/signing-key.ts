import type { Drill } from '../../../contract/drill.ts';
import { rfc3339 } from '../../../core/clock.ts';

export const rotateSigningKey: Drill = {
  name: 'rotate-signing-key',
  what: 'Tokens are signed with a new key from now on. The old key stays in the JWKS for ten minutes by the clock of the world. After that its tokens are refused.',
  rightClient:
    'A verifier that meets an unknown `kid` fetches the JWKS again, once. A client whose token is refused requests a new one, once.',
  lasts: null,
  about: 'all',
  run: async ({ world, now }) => {
    const { kid, replaced, until } = await world.tokens.rotate(now);
    return { did: `Key ${kid} signs in place of ${replaced}, which stays in the JWKS until ${rfc3339(until)}.` };
  },
};
