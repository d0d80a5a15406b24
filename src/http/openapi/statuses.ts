/**
 * Statuses of the connection or the whole server. They do not depend on the operation, so its document need not list
 * them. Their bodies still have the service's error format.
 */
export const STATUSES_OF_THE_SERVER: ReadonlyMap<number, string> = new Map([
  [405, 'the path does not support the method, so no operation can list the status'],
  [408, 'the request did not arrive in time'],
  [413, 'the body is larger than the server accepts for any operation'],
  [414, 'the path is longer than the server accepts'],
  [417, 'HTTP defines one expectation, and no operation adds one'],
  [431, 'the headers are larger than the server accepts'],
  [500, 'an error of the mock, which not every document lists'],
  [503, 'a service that the mock depends on does not answer'],
  [507, 'the machine has no space left to store the request'],
]);
