import { hash } from 'node:crypto';
import { own } from '../lib/members.ts';

const PUBLIC_KEY = /^(ssh-rsa|ssh-ed25519) ([A-Za-z0-9+/]+={0,2})(?: .*)?$/;
/** The number of fields in a key, including its type (RFC 4253, 6.6; RFC 8709, 4). */
const FIELD_COUNTS: Readonly<Record<string, number>> = { 'ssh-rsa': 3, 'ssh-ed25519': 2 };

/** Returns the fingerprint of a public SSH key in the format of `ssh-keygen -l`; null if the text is none. */
export function computeSshFingerprint(text: string): string | null {
  const match = PUBLIC_KEY.exec(text.trim());
  if (match === null) return null;
  const [, type = '', base64 = ''] = match;
  const material = Buffer.from(base64, 'base64');
  const fields = splitFields(material);
  if (fields === null || fields.length !== own(FIELD_COUNTS, type) || String(fields[0]) !== type) return null;
  // The base64 of 32 bytes ends with one padding character.
  return `SHA256:${hash('sha256', material, 'base64').slice(0, -1)}`;
}

/** Splits a key into its length-prefixed fields; null if the lengths are wrong (RFC 4251, 5). */
function splitFields(material: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset < material.length) {
    if (offset + 4 > material.length) return null;
    const end = offset + 4 + material.readUInt32BE(offset);
    if (end > material.length) return null;
    fields.push(material.subarray(offset + 4, end));
    offset = end;
  }
  return fields;
}
