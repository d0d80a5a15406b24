/** The types of the control API, shared with the client library. */
export type * from '../../../src/console-entry.ts';
