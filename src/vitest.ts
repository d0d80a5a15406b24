import { test as base, expect } from 'vitest';
import type { DenyReason } from './library/client.ts';
import { type Answered, type ExpectedRefusal, printRefusals, refusalFault } from './library/refusals.ts';
import { type Mock, type MockOptions, startMock } from './library/start-mock.ts';

/** Fixtures of a test: a mock as it was seeded. */
export interface MockFixtures {
  /** Options of the mock; a file of tests overrides them with `test.extend({ mockOptions: {...} })`. */
  readonly mockOptions: MockOptions;
  /** One server for each worker. */
  readonly mockServer: Mock;
  /** The server, reset before the test. When the test fails, the last refusals are printed with their explanations. */
  readonly mock: Mock;
}

/** vitest's `test` with a mock: `test('...', async ({ mock }) => { ... })`. */
export const test = base.extend<MockFixtures>({
  mockOptions: [{}, { scope: 'worker' }],
  mockServer: [
    async ({ mockOptions }, use) => {
      const server = await startMock(mockOptions);
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  mock: async ({ mockServer, onTestFailed }, use) => {
    await mockServer.reset();
    onTestFailed(() => printRefusals(mockServer));
    await use(mockServer);
  },
});

export const it = test;

expect.extend({
  toBeRefused(answer: Answered, expected: DenyReason | ExpectedRefusal) {
    const fault = refusalFault(answer, expected);
    return {
      pass: fault === null,
      message: () => (fault === null ? 'expected the answer not to be this refusal' : `expected a refusal: ${fault}`),
    };
  },
});

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> {
    /** The answer is a refusal of the mock for this reason. @param expected a reason, or with what was missing */
    toBeRefused(expected: DenyReason | ExpectedRefusal): T;
  }
}

export { expect };
