import { expect, it } from 'vitest';
import {
  endContext,
  enterContext,
  getInterceptions,
  type InterceptedContext,
} from '../../src/library/interception/contexts.ts';

it('contexts that are entered together mark no later callback of the same timer', async () => {
  const { contexts } = getInterceptions();
  const entered: InterceptedContext[] = [];
  const marks = await new Promise<readonly unknown[]>((resolve) => {
    const found: unknown[] = [];
    const timer = setInterval(() => {
      found.push(contexts.getStore());
      if (found.length === 1) {
        entered.push(enterContext(), enterContext());
      } else {
        clearInterval(timer);
        resolve(found);
      }
    }, 1);
  });
  for (const context of entered) endContext(context);

  expect(marks).toEqual([undefined, undefined]);
});
