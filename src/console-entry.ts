/** Everything that the console imports from the server. Vite bundles it for browsers. */
export type * from '../generated/library.ts';
export { describeNeeds } from './decisions/explaining/needs.ts';
export { formatCurlCommand, formatTokenCommand, quoteForShell } from './lib/curl.ts';
export { readAllPages } from './library/calls.ts';
export type { ClockState, MockEvent, RequestSummary } from './library/events.ts';
export type { MadeWorld, WorldOrder } from './library/worlds.ts';
