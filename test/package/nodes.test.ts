import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LINES, planOf, tableOf } from '../../scripts/test-nodes.mjs';
import { ROOT } from '../architecture/source-files.ts';

describe('npm run test:nodes', () => {
  it('tries the lines of Node that every change is tried on', () => {
    const { jobs } = parse(readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8'));
    const nodes: string[] = jobs.check.strategy.matrix.node;

    expect(Object.keys(LINES)).toEqual(nodes.map((node) => node.split('.')[0]));
  });

  it('runs the whole suite with two of them', () => {
    expect(planOf([]).plans).toEqual([
      { version: '20', steps: ['install', 'suite', 'e2e'] },
      { version: '22', steps: ['install', 'e2e'] },
      { version: '24', steps: ['install', 'suite', 'e2e'] },
      { version: '26', steps: ['install', 'e2e'] },
    ]);
  });

  it('runs what it is told to: versions, a step, files', () => {
    expect(planOf(['20.19', '26', '--only', 'suite', 'test/core'])).toEqual({
      plans: [
        { version: '20.19', steps: ['install', 'suite'] },
        { version: '26', steps: ['install', 'suite'] },
      ],
      files: ['test/core'],
    });
    expect(planOf(['--only', 'suite']).plans.map(({ version }) => version)).toEqual(['20', '24']);
    expect(planOf(['22', '--only', 'install']).plans).toEqual([{ version: '22', steps: ['install'] }]);
    expect(() => planOf(['--only', 'nothing'])).toThrow('--only takes install, suite or e2e, not nothing');
  });

  it('ends with a table', () => {
    const table = tableOf([
      ['Node', 'install', 'e2e'],
      ['20.20.2', 'ok', '-'],
    ]);

    expect(table).toBe('Node     install  e2e\n20.20.2  ok       -');
  });
});
