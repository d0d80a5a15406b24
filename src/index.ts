export type {
  Cast,
  ClockChange,
  ClockReading,
  ClockState,
  Decision,
  DecisionFilter,
  DenyReason,
  Finding,
  Fix,
  Key,
  KeyEdit,
  KeyOrder,
  KeyPolicy,
  KeyResource,
  NgcCast,
  Principal,
  Propagation,
  RunaiCast,
  Switchboard,
  WorldEvent,
} from './library/client.ts';
export { connect, SwitchboardError } from './library/client.ts';
export type { Answered, DecisionNote, ExpectedRefusal } from './library/refusals.ts';
export { assertRefused, decisionOf, describeRefusals } from './library/refusals.ts';
export type { Mock, MockOptions } from './library/start-mock.ts';
export { startMock } from './library/start-mock.ts';
export type { TestHooks } from './library/use-mock.ts';
export { useMock } from './library/use-mock.ts';
