import { expect, it } from 'vitest';
import { endScope, enterScope, getInterceptions, type Scope } from '../../src/library/interception/scopes.ts';

it('scopes that are entered together mark no later callback of the same timer', async () => {
  const { scopes } = getInterceptions();
  const entered: Scope[] = [];
  const marks = await new Promise<readonly unknown[]>((resolve) => {
    const found: unknown[] = [];
    const timer = setInterval(() => {
      found.push(scopes.getStore());
      if (found.length === 1) {
        entered.push(enterScope(), enterScope());
      } else {
        clearInterval(timer);
        resolve(found);
      }
    }, 1);
  });
  for (const scope of entered) endScope(scope);

  expect(marks).toEqual([undefined, undefined]);
});
