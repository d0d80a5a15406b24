/** The options of an authorized request. */
export const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** The two ways to reach a mock of the library, and whether it listens. */
export const LISTENING = [
  ['over a socket', true],
  ['without a socket', false],
] as const;
