import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startMock } from '../../../../src/index.ts';
import { record } from './record.ts';
import { prepareRequest, REQUESTS } from './requests.ts';
import { listSteps } from './steps.ts';

/** The delay of writes in milliseconds, which would otherwise be part of the trace. */
const WRITTEN = 1500;

it.for(Object.entries(REQUESTS))(
  'the request %s passes no more files and returns than its limits',
  async ([
    name,
    {
      limits: [mostFiles, mostReturns],
    },
  ], { annotate }) => {
    const mock = await startMock();
    const send = await prepareRequest(mock, name);
    await sleep(WRITTEN);
    // The first request is not traced, because it also initializes caches.
    await send();
    const steps = listSteps(await record(send));
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
