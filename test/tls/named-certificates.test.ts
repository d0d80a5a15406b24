import { expect, it } from 'vitest';
import { manualClock } from '../../src/core/clock.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { Issuer, LEAF_LIFETIME, makeAuthority } from '../../src/tls/certificates.ts';
import { NamedCertificates } from '../../src/tls/named-certificates.ts';

const NOW = Date.UTC(2026, 10, 23);

function made() {
  const clock = manualClock(NOW);
  const random = systemRandom();
  return { clock, certificates: new NamedCertificates(new Issuer(makeAuthority(NOW, random), random), clock) };
}

it('a name gets one certificate, and another one before the first ends', () => {
  const { clock, certificates } = made();
  const first = certificates.contextOf('acme.localhost');

  expect(certificates.contextOf('acme.localhost')).toBe(first);
  expect(certificates.contextOf('beta.localhost')).not.toBe(first);
  clock.set(NOW + LEAF_LIFETIME - 1);
  expect(certificates.contextOf('acme.localhost')).not.toBe(first);
});

it('of many names the latest 200 are kept', () => {
  const { certificates } = made();
  const first = certificates.contextOf('first.example');
  for (let n = 0; n < 420; n++) {
    certificates.contextOf(`n${n}.example`);
    // A name in use stays.
    if (n < 210) expect(certificates.contextOf('first.example')).toBe(first);
  }

  expect(certificates.size).toBe(200);
  expect(certificates.contextOf('first.example')).not.toBe(first);
}, 30_000);
