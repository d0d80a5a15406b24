import { hash } from 'node:crypto';
import { own } from '../objects/members.ts';

const FORM = /^(ssh-rsa|ssh-ed25519) ([A-Za-z0-9+/]+={0,2})(?: .*)?$/;
/** The number of fields in a key, including its type (RFC 4253, 6.6; RFC 8709, 4). */
const FIELDS: Readonly<Record<string, number>> = { 'ssh-rsa': 3, 'ssh-ed25519': 2 };

/**
 * Returns the fingerprint of a public SSH key, in the format of `ssh-keygen -l`; null if the text is not a public key.
 */
export function sshFingerprint(text: string): string | null {
  const form = FORM.exec(text.trim());
  if (form === null) return null;
  const [, type = '', base64 = ''] = form;
  const material = Buffer.from(base64, 'base64');
  const fields = fieldsOf(material);
  if (fields === null || fields.length !== own(FIELDS, type) || String(fields[0]) !== type) return null;
  // The base64 of 32 bytes ends with one padding character.
  return `SHA256:${hash('sha256', material, 'base64').slice(0, -1)}`;
}

/** Splits a key into its length-prefixed fields; null if the lengths are wrong (RFC 4251, 5). */
function fieldsOf(material: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < material.length) {
    if (at + 4 > material.length) return null;
    const end = at + 4 + material.readUInt32BE(at);
    if (end > material.length) return null;
    fields.push(material.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
