/** What the control API answers, as programs know it, too. */
export type {
  BrokenAt,
  ClockReading,
  Decision,
  Drill,
  Fault,
  FaultMatch,
  FaultOrder,
  FidelityReport,
  Finding,
  Fix,
  Key,
  KeyOrder,
  KeyPolicy,
  KeyResource,
  LeastPrivilege,
  LeastRights,
  OperationEffect,
  PrincipalReport,
  Propagation,
  RecordedMessage,
  RecordedRequest,
  ScopedRole,
  Snapshot,
  SpoiledBody,
  StartedDrill,
  TrafficReport,
  Verified,
  WorldEvent,
  WorldInfo,
} from '../../generated/library.ts';
export type { MockEvent } from '../../src/library/events.ts';
export type { RequestSummary } from '../../src/library/requests.ts';
export type { ClockState } from '../../src/library/switchboard.ts';
export type { MadeWorld, WorldOrder } from '../../src/library/worlds.ts';
