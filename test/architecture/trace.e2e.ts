import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** What `npm run trace` shows of a request. */
interface Trace {
  readonly name: string;
  readonly files: number;
  readonly returns: number;
}

/** The most files that a request goes through, and the most returns to one that it has left. Both only get fewer. */
const MOST: Readonly<Record<string, readonly [files: number, returns: number]>> = {
  grant: [70, 62],
  list: [73, 75],
  invocation: [65, 77],
  create: [75, 82],
  refusal: [80, 70],
};

it('somebody who follows a request reads no more files, and turns back no more often, than is written here', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/trace.mjs', '--json']);
  const traces: readonly Trace[] = JSON.parse(stdout);

  expect(traces.map(({ name }) => name)).toEqual(Object.keys(MOST));
  expect(
    traces.filter(({ name, files, returns }) => {
      const [mostFiles = 0, mostReturns = 0] = MOST[name] ?? [];
      return files > mostFiles || returns > mostReturns;
    }),
  ).toEqual([]);
});
