import { hash } from 'node:crypto';

/** Returns the Content-Security-Policy source for exactly this inline script or style. */
export function hashContentSource(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}
