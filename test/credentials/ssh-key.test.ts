import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { computeSshFingerprint } from '../../src/credentials/ssh-key.ts';

/** A field of the material, behind its length. */
const field = (bytes: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const material = (...fields: readonly (string | Buffer)[]) =>
  Buffer.concat(fields.map((one) => field(Buffer.from(one)))).toString('base64');

const point = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
const ED25519 = `ssh-ed25519 ${material('ssh-ed25519', point)}`;

describe('the fingerprint of a key', () => {
  it('is that of `ssh-keygen -l`', () => {
    // GitHub's own key, with the fingerprint that GitHub publishes for it.
    expect(
      computeSshFingerprint('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'),
    ).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });

  it('is the same whatever is written behind the key', () => {
    expect(computeSshFingerprint(` ${ED25519} me@home \n`)).toBe(computeSshFingerprint(ED25519));
    expect(computeSshFingerprint(ED25519)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it('is that of an RSA key, too, and of one with an empty field at its end', () => {
    expect(computeSshFingerprint(`ssh-rsa ${material('ssh-rsa', 'e', 'n')}`)).toBe(
      'SHA256:+2H0ueTboI10ILPG6/Tpeyl5/a7rJtXEsBrt5+Tvchc',
    );
    expect(computeSshFingerprint(`ssh-ed25519 ${material('ssh-ed25519', '')}`)).toBe(
      'SHA256:UsIasxMWEd9VFEwjARWWtGJ08DgHp1eib3gSBLed54U',
    );
  });

  it.each([
    ['another type', `ssh-dss ${material('ssh-dss', point)}`],
    ['a type that its material does not name', `ssh-rsa ${material('ssh-ed25519', point)}`],
    ['a type as long as that of its material', `ssh-rsa ${material('ssh-dss', point, point)}`],
    ['a field too few', `ssh-rsa ${material('ssh-rsa', point)}`],
    ['a first field that ends too soon', `ssh-ed25519 ${Buffer.from('\0\0\0\x20x').toString('base64')}`],
    [
      'a last field that ends too soon',
      `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), Buffer.from('\0\0\0\x02x')]).toString('base64')}`,
    ],
    ['half a length', `ssh-ed25519 ${Buffer.from('\0\0').toString('base64')}`],
    ['no material', 'ssh-ed25519'],
    ['nothing', ''],
  ])('is none of %s', (_what, text) => {
    expect(computeSshFingerprint(text)).toBeNull();
  });
});
