import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { computeSshFingerprint } from '../../src/tokens/ssh-key.ts';

/** Encodes a field of the key material with its length. */
const encodeField = (bytes: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const encodeMaterial = (...fields: readonly (string | Buffer)[]) =>
  Buffer.concat(fields.map((field) => encodeField(Buffer.from(field)))).toString('base64');

const point = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
const ED25519 = `ssh-ed25519 ${encodeMaterial('ssh-ed25519', point)}`;

describe('the fingerprint of an SSH key', () => {
  it('is equal to that of `ssh-keygen -l`', () => {
    // A key of GitHub and its published fingerprint.
    expect(
      computeSshFingerprint('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'),
    ).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });

  it('is the same with a comment after the key', () => {
    expect(computeSshFingerprint(` ${ED25519} me@home \n`)).toBe(computeSshFingerprint(ED25519));
    expect(computeSshFingerprint(ED25519)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it('is computed for an RSA key and for a key with an empty last field', () => {
    expect(computeSshFingerprint(`ssh-rsa ${encodeMaterial('ssh-rsa', 'e', 'n')}`)).toBe(
      'SHA256:+2H0ueTboI10ILPG6/Tpeyl5/a7rJtXEsBrt5+Tvchc',
    );
    expect(computeSshFingerprint(`ssh-ed25519 ${encodeMaterial('ssh-ed25519', '')}`)).toBe(
      'SHA256:UsIasxMWEd9VFEwjARWWtGJ08DgHp1eib3gSBLed54U',
    );
  });

  it.each([
    ['another type', `ssh-dss ${encodeMaterial('ssh-dss', point)}`],
    ['a type that differs from its material', `ssh-rsa ${encodeMaterial('ssh-ed25519', point)}`],
    ['a type of the same length as that of its material', `ssh-rsa ${encodeMaterial('ssh-dss', point, point)}`],
    ['a missing field', `ssh-rsa ${encodeMaterial('ssh-rsa', point)}`],
    ['a first field that is too short', `ssh-ed25519 ${Buffer.from('\0\0\0\x20x').toString('base64')}`],
    [
      'a last field that is too short',
      `ssh-ed25519 ${Buffer.concat([encodeField(Buffer.from('ssh-ed25519')), Buffer.from('\0\0\0\x02x')]).toString('base64')}`,
    ],
    ['an incomplete length', `ssh-ed25519 ${Buffer.from('\0\0').toString('base64')}`],
    ['no material', 'ssh-ed25519'],
    ['an empty string', ''],
  ])('is null for %s', (_title, text) => {
    expect(computeSshFingerprint(text)).toBeNull();
  });
});
