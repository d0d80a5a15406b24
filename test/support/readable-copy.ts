import { chmodSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imageParts } from './image.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let copied: string | undefined;

/** Copies the built command to a place that any user can read: the checkout may be in a private folder. */
export function readableMain(): string {
  if (copied === undefined) {
    copied = mkdtempSync(join(tmpdir(), 'nv-auth-mock-everybody-'));
    chmodSync(copied, 0o755);
    for (const part of imageParts()) cpSync(join(ROOT, part), join(copied, part), { recursive: true });
  }
  return join(copied, 'dist/main.cjs');
}
