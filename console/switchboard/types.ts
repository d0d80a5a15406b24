/** What the switchboard answers, as programs know it, too. */
export type { Drill, StartedDrill } from '../../src/library/drills.ts';
export type { MockEvent } from '../../src/library/events.ts';
export type { Fault, FaultMatch, FaultOrder } from '../../src/library/faults.ts';
export type { FidelityReport } from '../../src/library/fidelity.ts';
export type { LeastPrivilege, LeastRights, PrincipalReport, ScopedRole } from '../../src/library/least-privilege.ts';
export type { RecordedMessage, RecordedRequest, RequestSummary, Verified } from '../../src/library/requests.ts';
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
