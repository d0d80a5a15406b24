/**
 * Statuses of the connection or of the whole server. They do not depend on the operation, so its document need not name
 * them. Their bodies still have the form of the service's errors.
 */
export const STATUSES_OF_THE_SERVER: ReadonlyMap<number, string> = new Map([
  [405, 'the path does not support the method, so no operation can name the status'],
  [408, 'the request did not arrive in time'],
  [413, 'the body is larger than the server reads for any operation'],
  [414, 'the path is longer than the server reads'],
  [417, 'HTTP defines one expectation, and no operation defines another'],
  [431, 'the headers are larger than the server reads'],
  [500, 'an error of the mock, which not every document names'],
  [501, 'the server answers only documented operations, and this one is not'],
  [503, 'a service that the mock depends on does not answer'],
  [507, 'the machine has no space to store the request'],
]);
