import { expect, it } from 'vitest';
import { createAuthority, Issuer, LEAF_LIFETIME_MS } from '../../../src/app/tls/certificates.ts';
import { NamedCertificates } from '../../../src/app/tls/named-certificates.ts';
import { createManualClock } from '../../../src/lib/clock.ts';
import { createSystemRandom } from '../../../src/lib/random.ts';

const NOW = Date.UTC(2026, 10, 23);

function createCertificates() {
  const clock = createManualClock(NOW);
  const random = createSystemRandom();
  const issuer = new Issuer(createAuthority(NOW, random), random);
  return { clock, issuer, certificates: new NamedCertificates(issuer, clock) };
}

it('a name gets a certificate, and a new one before that expires', () => {
  const { clock, certificates } = createCertificates();
  const first = certificates.contextOf('acme.localhost');

  expect(certificates.contextOf('acme.localhost')).toBe(first);
  expect(certificates.contextOf('beta.localhost')).not.toBe(first);
  clock.set(NOW + LEAF_LIFETIME_MS - 1);
  expect(certificates.contextOf('acme.localhost')).not.toBe(first);
});

it('the certificates of the latest 200 names are kept', () => {
  const { certificates, issuer } = createCertificates();
  // Every name gets the same certificate, because each is slow to generate.
  const certificate = certificates.issue(['first.example']).cert;
  issuer.issue = () => certificate;
  const contexts = Array.from({ length: 200 }, (_, n) => certificates.contextOf(`n${n}.example`));

  expect(certificates.size).toBe(200);
  expect(certificates.contextOf('n0.example')).toBe(contexts[0]);
  certificates.contextOf('one-more.example');
  expect(certificates.size).toBe(200);
  // A name that is used again is kept.
  expect(certificates.contextOf('n0.example')).toBe(contexts[0]);
  expect(certificates.contextOf('n2.example')).toBe(contexts[2]);
  expect(certificates.contextOf('n1.example')).not.toBe(contexts[1]);
});
