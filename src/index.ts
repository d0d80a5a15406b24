import type { Cast } from './contract/cast.ts';

export type { Cast } from './contract/cast.ts';
export type { DenyReason } from './core/explaining/reasons.ts';
export type { ConnectOptions } from './library/client.ts';
export { connect, SwitchboardError } from './library/client.ts';
export type { ClientCredentials } from './library/credentials.ts';
export type { Drill, DrillName, DrillOrder, DrillsBoard, StartedDrill } from './library/drills.ts';
export type { EventData, EventStream, MockEvent } from './library/events.ts';
export type { Witness } from './library/failure.ts';
export { describeFailure } from './library/failure.ts';
export type { Fault, FaultAction, FaultMatch, FaultOrder, FaultsBoard } from './library/faults.ts';
export type { FidelityReport } from './library/fidelity.ts';
export type {
  LeastPrivilege,
  LeastRights,
  Mode,
  PrincipalReport,
  ScopedRole,
  UsedFor,
} from './library/least-privilege.ts';
export type { OperationName, ServiceName } from './library/names.ts';
export type { ExpectedRequests, Receiver } from './library/received.ts';
export { assertReceived } from './library/received.ts';
export type { Answered, DecisionNote, ExpectedRefusal } from './library/refusals.ts';
export { assertRefused, decisionOf, describeRefusals } from './library/refusals.ts';
export type {
  Hint,
  HttpArchive,
  RecordedMessage,
  RecordedRequest,
  RequestCount,
  RequestFilter,
  RequestMatch,
  RequestSummary,
  RequestsBoard,
  Verification,
  Verified,
} from './library/requests.ts';
export type { Asker, Holding, OperationEffect } from './library/simulation.ts';
export type { MockOptions } from './library/start-mock.ts';
export { startMock } from './library/start-mock.ts';
export type {
  ClockChange,
  ClockReading,
  ClockState,
  Decision,
  DecisionFilter,
  Finding,
  Fix,
  Key,
  KeyEdit,
  KeyOrder,
  KeyPolicy,
  KeyResource,
  Principal,
  Propagation,
  Switchboard,
  WorldEvent,
} from './library/switchboard.ts';
export type {
  MintedToken,
  TokenOrder,
  TokensBoard,
  TokenZoo,
  ZooToken,
} from './library/tokens.ts';
export type { MockOfTest, TestHooks } from './library/use-mock.ts';
export { useMock } from './library/use-mock.ts';
export type { VerifierHooks, VerifierOptions, Verify, VerifyOptions } from './library/verifier.ts';
export { describeVerifier } from './library/verifier.ts';
export type { Mock, World, WorldOptions } from './library/world.ts';
export type {
  CreatedCredentials,
  MadeWorld,
  Snapshot,
  SnapshotsBoard,
  WorldInfo,
  WorldOrder,
  WorldsBoard,
} from './library/worlds.ts';

/** Parts of the cast. Not by the services: the declarations of the package would lead through them into the server. */
export type NgcCast = Cast['ngc'];
export type RunaiCast = Cast['runai'];
