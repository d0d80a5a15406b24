import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeUnsupportedNode, OLDEST_NODE } from '../../src/lib/node-version.ts';

const DIST = new URL('../../dist/', import.meta.url);

/** Lists the files that are loaded before the first line of an entry point runs. */
function listImports(entry: string, known: readonly string[] = [entry]): string[] {
  const text = readFileSync(new URL(entry, DIST), 'utf8');
  const imported = text.matchAll(/^(?:import|export)\b.*?["']([^"']+)["']/gm);
  const required = text.matchAll(/^(?:(?:const|let|var) .*)?\brequire\("([^"]+)"\)/gm);
  const imports = [...imported, ...required].map(([, target = '']) => target);
  const files = imports.filter((target) => target.startsWith('./')).map((target) => target.slice(2));
  const others = imports.filter((target) => !target.startsWith('./'));
  const further = files.filter((file) => !known.includes(file));
  return [...files, ...others, ...further.flatMap((file) => listImports(file, [...known, ...further]))];
}

describe('describeUnsupportedNode', () => {
  it.each(['18.20.8', '20.0.0', '20.18.3', '16.20.2'])('rejects Node %s with the required version', (version) => {
    expect(describeUnsupportedNode(version)).toContain(
      `This is Node ${version}, but nv-auth-mock needs Node 20.19 or newer`,
    );
  });

  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('accepts Node %s', (version) => {
    expect(describeUnsupportedNode(version)).toBeNull();
  });

  it('requires the version of `engines` in package.json', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../package.json', DIST), 'utf8'));

    expect(engines.node).toBe(`>=${OLDEST_NODE}`);
  });

  it('runs before any file that an old Node cannot load', () => {
    const loaded = listImports('main.cjs');

    expect([...new Set(loaded)].sort()).toEqual(['node-version.cjs', 'rolldown-runtime.cjs']);
    expect(readFileSync(new URL('main.cjs', DIST), 'utf8')).toContain('describeUnsupportedNode');
    expect(listImports('cli.cjs')).toContain('options.cjs');
  });
});
