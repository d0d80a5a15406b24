/**
 * The parts of the server that the package `conformance` uses: documents, routes, parsers of query values and statuses,
 * the configuration, and access to a running server. The package imports nothing else of the server.
 */
export { prepared } from '../scripts/documents/prepared.mjs';
export { findNearPath } from './addresses/nearest-path.ts';
export { fits, isVariable, shapeOf } from './addresses/path-template.ts';
export { buildServer } from './app/server.ts';
export { askWorld } from './cli/ask-world.ts';
export { checkOutput, checkOutputName, writeOutput } from './cli/output-file.ts';
export { askServer, locateServerAndWorld, type RunningServer, type ServerFlags } from './cli/server-client.ts';
export { handleSignals } from './cli/signals.ts';
export { prefixOf } from './cli/world-address.ts';
export {
  createConfig,
  type FlagTexts,
  readCompareCredentials,
  readConfig,
} from './config/config.ts';
export { parseDocument, readDocument } from './config/document-file.ts';
export { Problem } from './decisions/problem.ts';
export { messageOf } from './diagnostics/error-message.ts';
export { explainUnreadable, explainUnwritable } from './diagnostics/file-error.ts';
export { UserError } from './diagnostics/user-error.ts';
export { describeOtherVersionsViolation } from './explaining/other-versions.ts';
export { useDocumentSpelling, usePageNames } from './http/bodies.ts';
export { type FoundOperation, OperationRouter } from './http/openapi/operation-router.ts';
export { readQuery } from './http/openapi/query-values.ts';
export { STATUSES_OF_THE_SERVER } from './http/openapi/statuses.ts';
export { describeUndocumented, listUndocumentedMembers, listUndocumentedQuery } from './http/openapi/undocumented.ts';
export { orUnusable } from './http/openapi/unusable-schema.ts';
export { type ApiDocument, Documents, type Operation } from './http/openapi.ts';
export type { Match, Routes } from './http/routes.ts';
export { isRecord, memberOf, own } from './objects/members.ts';
export { listDocumentNames, readDocumentText } from './platform/assets.ts';
export { readTextFile } from './platform/text-file.ts';
export { createTimeoutSignal, setTimeout } from './platform/time.ts';
export { essenceOf, isJsonType, isWithinRange } from './responses/media-type.ts';
export { loadServices } from './services/index.ts';
export { formatCount } from './text/count.ts';
export { adviseName, findNear } from './text/nearest.ts';
export { isFingerprint, redact, showPath, showValue } from './text/redact.ts';
export { createMachineClock, rfc3339 } from './time/clock.ts';
export { parseDuration } from './time/duration.ts';
export { Pacer } from './time/pacer.ts';
