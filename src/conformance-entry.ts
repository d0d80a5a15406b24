/**
 * The server, as the package `conformance` uses it: documents, routes, readers of query values and statuses, the
 * configuration, and the way to a running server. That package imports nothing else of the server.
 */
export { prepared } from '../scripts/documents/prepared.mjs';
export { buildServer } from './app/server.ts';
export { askWorld } from './cli/ask-world.ts';
export { checkOutput, checkOutputName, writeOutput } from './cli/output-file.ts';
export { askRunning, type Running, runningWorld } from './cli/running.ts';
export { onSignals } from './cli/signals.ts';
export { prefixOf } from './cli/world.ts';
export {
  compareCredentials,
  configOf,
  type FlagTexts,
  parseDocument,
  readConfig,
  readDocument,
} from './config/config.ts';
export { machineClock, rfc3339 } from './core/clock.ts';
export { countOf } from './core/count.ts';
export { parseDuration } from './core/duration.ts';
export { whyUnreadable, whyUnwritable } from './core/file-fault.ts';
export { essenceOf, isJsonType, isWithinRange } from './core/media-type.ts';
export { isRecord, memberOf, own } from './core/members.ts';
export { adviseName, findNear } from './core/nearest.ts';
export { findNearPath } from './core/nearest-path.ts';
export { otherVersionViolation } from './core/other-versions.ts';
export { Pacer } from './core/pacer.ts';
export { fits, isVariable, shapeOf } from './core/path-template.ts';
export { Problem } from './core/problem.ts';
export { isFingerprint, redact, showPath, showValue } from './core/redact.ts';
export { Unusable } from './core/unusable.ts';
export { documentSpelling } from './http/bodies.ts';
export { type FoundOperation, OperationRouter } from './http/openapi/operation-router.ts';
export { readQuery } from './http/openapi/query-values.ts';
export { STATUSES_OF_THE_SERVER } from './http/openapi/statuses.ts';
export { undocumentedMembers, undocumentedQuery, undocumentedSentence } from './http/openapi/undocumented.ts';
export { orUnusable } from './http/openapi/unusable-schema.ts';
export { type ApiDocument, Documents, type Operation } from './http/openapi.ts';
export type { Match, Routes } from './http/routes.ts';
export { documentNames, documentText } from './platform/assets.ts';
export { readTextFile } from './platform/text-file.ts';
export { setTimeout, timeoutSignal } from './platform/time.ts';
export { loadServices } from './services/index.ts';
