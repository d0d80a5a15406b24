import type { Schema } from '../../contract/documented.ts';
import { Problem } from '../../decisions/problem.ts';

/** The user of NGC registries, whose password is a key. */
const NGC_USER = '$oauthtoken';

/** Base64 (RFC 4648, section 4), optionally without padding, as in the published code. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Returns whether a registry belongs to NGC. */
function isNgcRegistry(hostname: string): boolean {
  return hostname.endsWith('nvcr.io') || hostname.endsWith('ngc.nvidia.com');
}

/** Returns a member that marks keys of NGC registries from before `nvapi-`, because NGC replaces them. */
export function detectKeyType(hostname: string, { value }: Schema<'nvcf', 'Secret'>): { readonly keyType?: string } {
  if (!isNgcRegistry(hostname)) return {};
  const decoded = Buffer.from(String(value), 'base64').toString();
  const isLegacy = decoded.startsWith(`${NGC_USER}:`) && !decoded.startsWith(`${NGC_USER}:nvapi-`);
  return isLegacy ? { keyType: 'LEGACY' } : {};
}

/** @throws Problem if a secret is not `user:password` in base64, or has another user than its NGC registry */
export function checkSecret(hostname: string, value: unknown): void {
  const decoded = typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64').toString() : '';
  // The published code ignores trailing colons.
  const parts = decoded.replace(/:+$/, '').split(':');
  if (parts.length !== 2 || parts.some((part) => part.trim() === '')) {
    const message = 'Invalid request: Registry credential secret must be base64 encoded username:password format';
    throw new Problem('bad_state', message);
  }
  if (isNgcRegistry(hostname) && !decoded.includes(NGC_USER)) {
    throw new Problem('bad_state', 'Invalid request: Missing $oauthtoken username in NGC registry credential');
  }
}
