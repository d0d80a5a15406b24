import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startMock } from '../../../src/index.ts';
import { record } from './record.ts';
import { prepared, REQUESTS } from './requests.ts';
import { stepsOf } from './steps.ts';

/** Milliseconds until delayed writes are done: they would cause rows of the store to be read again. */
const WRITTEN = 1500;

/** The most files that a request goes through, and the most returns to one that it has left. Both only get fewer. */
const BOUNDS = {
  grant: [67, 54],
  list: [70, 69],
  invocation: [64, 73],
  create: [74, 79],
  refusal: [81, 69],
} as const;

it.for(Object.entries(BOUNDS))(
  'somebody who follows the request %s reads no more files, and turns back no more often, than is written here',
  async ([name, [mostFiles, mostReturns]], { annotate }) => {
    const mock = await startMock();
    const send = await prepared(mock, name);
    await sleep(WRITTEN);
    // Once more than is traced: the first request also prepares what is done once.
    await send();
    const steps = stepsOf(await record(send));
    await mock.stop();
    const files = new Set(steps.map(({ file }) => file)).size;
    const returns = steps.filter(({ isReturn }) => isReturn).length;
    const lines = steps.map(
      ({ file, functions, isReturn }) => `${isReturn ? '*' : ' '} ${file}: ${functions.join(', ')}`,
    );
    await annotate([...lines, `${files} files, ${returns} returns`].join('\n'));

    expect(files).toBeLessThanOrEqual(mostFiles);
    expect(returns).toBeLessThanOrEqual(mostReturns);
  },
);

it('every request is traced', () => {
  expect(Object.keys(BOUNDS)).toEqual(Object.keys(REQUESTS));
});
