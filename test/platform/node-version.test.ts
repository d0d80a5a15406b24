import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeUnsupportedNode, OLDEST_NODE } from '../../src/platform/node-version.ts';

const DIST = new URL('../../dist/', import.meta.url);

/** Files of the bundle that are loaded before the first line of an entry point runs. */
function loadedBefore(entry: string, known: readonly string[] = [entry]): string[] {
  const text = readFileSync(new URL(entry, DIST), 'utf8');
  const imported = text.matchAll(/^(?:import|export)\b.*?["']([^"']+)["']/gm);
  const required = text.matchAll(/^(?:(?:const|let|var) .*)?\brequire\("([^"]+)"\)/gm);
  const imports = [...imported, ...required].map(([, target = '']) => target);
  const files = imports.filter((target) => target.startsWith('./')).map((target) => target.slice(2));
  const others = imports.filter((target) => !target.startsWith('./'));
  const further = files.filter((file) => !known.includes(file));
  return [...files, ...others, ...further.flatMap((file) => loadedBefore(file, [...known, ...further]))];
}

describe('a Node that is too old', () => {
  it.each(['18.20.8', '20.0.0', '20.18.3', '16.20.2'])('%s is named, with what is needed', (version) => {
    expect(describeUnsupportedNode(version)).toContain(
      `This is Node ${version}, but nv-auth-mock needs Node 20.19 or newer`,
    );
  });

  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s is none', (version) => {
    expect(describeUnsupportedNode(version)).toBeNull();
  });

  it('is one that the package does not promise', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../package.json', DIST), 'utf8'));

    expect(engines.node).toBe(`>=${OLDEST_NODE}`);
  });

  it('is told before anything is loaded that it may not have', () => {
    const loaded = loadedBefore('main.cjs');

    expect([...new Set(loaded)].sort()).toEqual(['node-version.cjs', 'rolldown-runtime.cjs']);
    expect(readFileSync(new URL('main.cjs', DIST), 'utf8')).toContain('describeUnsupportedNode');
    expect(loadedBefore('cli.cjs')).toContain('options.cjs');
  });
});
