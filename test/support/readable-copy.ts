import { chmodSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the built command reads, and of the native module only what it loads. */
const PARTS = [
  'package.json',
  'dist',
  'fixtures',
  'node_modules/better-sqlite3/package.json',
  'node_modules/better-sqlite3/lib',
  'node_modules/better-sqlite3/build/Release/better_sqlite3.node',
  'node_modules/bindings',
  'node_modules/file-uri-to-path',
];

let copied: string | undefined;

/** The built command where every user can read it: the checkout may lie in a folder that only its owner can enter. */
export function readableMain(): string {
  if (copied === undefined) {
    copied = mkdtempSync(join(tmpdir(), 'nv-auth-mock-everybody-'));
    chmodSync(copied, 0o755);
    for (const part of PARTS) cpSync(join(ROOT, part), join(copied, part), { recursive: true });
  }
  return join(copied, 'dist/main.js');
}
