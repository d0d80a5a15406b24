/** What the switchboard answers, as programs know it, too. */
export type { MockEvent } from '../../src/library/events.ts';
export type { Fault, FaultOrder } from '../../src/library/faults.ts';
export type { LeastPrivilege, LeastRights, PrincipalReport, ScopedRole } from '../../src/library/least-privilege.ts';
export type { RecordedMessage, RecordedRequest, RequestSummary } from '../../src/library/requests.ts';
export type { OperationEffect } from '../../src/library/simulation.ts';
export type {
  ClockReading,
  ClockState,
  Decision,
  Finding,
  Fix,
  Key,
  KeyOrder,
  KeyPolicy,
  KeyResource,
  Propagation,
  WorldEvent,
} from '../../src/library/switchboard.ts';
export type { MadeWorld, Snapshot, WorldInfo, WorldOrder } from '../../src/library/worlds.ts';
