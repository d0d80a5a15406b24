/**
 * The parts of the server that the package `conformance` uses: documents, routes, parsers of query values and statuses,
 * the configuration, and access to a running server. The package imports nothing else of the server.
 */
export { prepared } from '../scripts/documents/prepared.mjs';
export {
  createConfig,
  type FlagTexts,
  readCompareCredentials,
  readConfig,
} from './app/config.ts';
export { buildServer } from './app/server.ts';
export { askWorld } from './cli/ask-world.ts';
export { checkOutput, checkOutputName, writeOutput } from './cli/output-file.ts';
export { askServer, locateServerAndWorld, type RunningServer, type ServerFlags } from './cli/server-client.ts';
export { handleSignals } from './cli/signals.ts';
export { prefixOf } from './cli/world-address.ts';
export { describeOtherVersionsViolation } from './decisions/explaining/hints/refused-request.ts';
export { Problem } from './decisions/problem.ts';
export { essenceOf, isJsonType, isWithinRange } from './decisions/responses/media-type.ts';
export { useDocumentSpelling, usePageNames } from './http/bodies.ts';
export { readQuery } from './http/openapi/operation.ts';
export { type FoundOperation, OperationRouter } from './http/openapi/operation-router.ts';
export {
  describeUndocumented,
  listUndocumentedMembers,
  listUndocumentedQuery,
  orUnusable,
  STATUSES_OF_THE_SERVER,
} from './http/openapi/undocumented.ts';
export { type ApiDocument, Documents, type Operation } from './http/openapi.ts';
export type { LocatedTarget } from './http/request-address.ts';
export type { Match, Routes } from './http/routes.ts';
export { listDocumentNames, readDocumentText } from './lib/assets.ts';
export { createMachineClock, rfc3339 } from './lib/clock.ts';
export { parseDocument, readDocument } from './lib/document-file.ts';
export { parseDuration } from './lib/duration.ts';
export { explainUnreadable, explainUnwritable, messageOf, UserError } from './lib/errors.ts';
export { parseJsonOrNull } from './lib/json.ts';
export { isRecord, memberOf, own } from './lib/members.ts';
export { adviseName, findNear } from './lib/nearest.ts';
export { findNearPath } from './lib/nearest-path.ts';
export { Pacer } from './lib/pacer.ts';
export { fits, isVariable, shapeOf } from './lib/path-template.ts';
export { formatCount, isFingerprint, redact, showPath, showValue } from './lib/redact.ts';
export { readTextFile } from './lib/text-file.ts';
export { createTimeoutSignal, setTimeout } from './lib/time.ts';
export { loadServices } from './services/index.ts';
