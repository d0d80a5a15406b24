/** A verifier with jsonwebtoken 9, tried with every token of the zoo. */

import { createPublicKey } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import jwt from 'jsonwebtoken';
import { describeVerifier } from 'nv-auth-mock';

async function verify(token, { issuer, jwksUri, audience }) {
  const header = jwt.decode(token, { complete: true })?.header;
  if (header?.crit !== undefined) throw new Error('extensions are not supported'); // the library does not look
  const { keys } = await (await fetch(jwksUri)).json();
  const jwk = keys.find(({ kid }) => kid === header?.kid);
  if (jwk === undefined) throw new Error('the key is not in the JWKS');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const claims = jwt.verify(token, key, { issuer, audience: audience ?? undefined, algorithms: ['RS256'] });
  if (claims.typ !== 'Bearer') throw new Error('this is no access token');
}

describeVerifier(verify, { hooks: { describe, it, beforeAll: before, afterAll: after } });
