import { hash } from 'node:crypto';

/** The source of an inline script or style in a Content-Security-Policy: this text, and no other. */
export function contentSource(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}
