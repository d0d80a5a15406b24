import type { Cast } from './contract/cast.ts';

export type {
  AppliedEdit,
  ClaimRule,
  ClockChange,
  ClockReading,
  CreatedOAuthClient,
  Decision,
  Fault,
  FaultAction,
  FaultMatch,
  FaultOrder,
  Fix,
  Hint,
  HttpArchive,
  Key,
  KeyEdit,
  KeyOrder,
  KeyPolicy,
  KeyResource,
  KeyWithSecret,
  LeastPrivilege,
  LeastRights,
  MintedToken,
  OAuthClient,
  OAuthClientOrder,
  OperationEffect,
  OperationName,
  OwnAnswer,
  Principal,
  PrincipalReport,
  Propagation,
  PropagationEdit,
  RecordedMessage,
  RecordedRequest,
  RecordedTraffic,
  RequestMatch,
  ScopedRole,
  ServiceName,
  Snapshot,
  TokenOrder,
  TokenZoo,
  TrafficReport,
  UsedFor,
  Verification,
  Verified,
  Violation,
  WorldEvent,
  WorldInfo,
  ZooToken,
} from '../generated/library.ts';
export type { Cast } from './contract/cast.ts';
export type { DenyReason } from './decisions/reasons.ts';
export type { ConnectOptions } from './library/connect.ts';
export { connect, MockError } from './library/connect.ts';
export type {
  Asker,
  ControlClient,
  DecisionFilter,
  HypotheticalRights,
  PendingEdit,
  RequestCount,
  RequestFilter,
} from './library/control-client.ts';
export type { ClientCredentials } from './library/credentials.ts';
export type { ClockState, EventData, EventStream, MockEvent, RequestSummary } from './library/events.ts';
export type { Witness } from './library/failure.ts';
export { describeFailure } from './library/failure.ts';
export type { Interception, InterceptOptions } from './library/intercept.ts';
export type { MockMatchers } from './library/matchers.ts';
export { matchers } from './library/matchers.ts';
export type { Mock, World, WorldOptions } from './library/mock.ts';
export type { ExpectedRequests, Receiver } from './library/received.ts';
export { assertReceived } from './library/received.ts';
export type { Answered, DecisionNote, ExpectedRefusal } from './library/refusals.ts';
export { assertRefused, decisionOf, describeRefusals } from './library/refusals.ts';
export type { MockOptions } from './library/start-mock.ts';
export { startMock } from './library/start-mock.ts';
export type { MockOfTest, TestHooks } from './library/use-mock.ts';
export { useMock } from './library/use-mock.ts';
export type { VerifierHooks, VerifierOptions, Verify, VerifyOptions } from './library/verifier.ts';
export { describeVerifier } from './library/verifier.ts';
export type { CreatedCredentials, MadeWorld, WorldOrder } from './library/worlds.ts';

/** Parts of the cast. Not imported from the services, because the package's declarations would then include the server. */
export type NgcCast = Cast['ngc'];
export type RunaiCast = Cast['runai'];
