/** What the switchboard answers, as programs know it, too. */
export type { MockEvent } from '../../src/library/events.ts';
export type { RecordedMessage, RecordedRequest, RequestSummary } from '../../src/library/requests.ts';
export type { OperationEffect } from '../../src/library/simulation.ts';
export type { ClockState, Decision, Fix } from '../../src/library/switchboard.ts';
