import type { IncomingMessage } from 'node:http';
import type { AnyHandler, Lookup } from '../contract/request.ts';
import type { About, ErrorRenderer, FirstCheck, ServiceDefinition } from '../contract/service.ts';
import type { ServerScope, WorldsByName } from '../contract/world.ts';
import type { CredentialExtractor } from '../credentials/presented-credential.ts';
import type { Watch } from '../credentials/tripwire.ts';
import type { Fidelity } from '../decisions/fidelity.ts';
import type { Reasons } from '../decisions/reasons.ts';
import type { OperationRow, Rule } from '../decisions/rule.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Waiting } from '../store/waiting.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { OpenStreams } from './streams.ts';
import type { Limits } from './transport/limits.ts';
import type { CrossOrigin, Guard, OriginGuard } from './transport/origins.ts';

/** How a request names its world, other than by its credential. */
export interface WorldAddress {
  readonly kind: 'prefix' | 'host' | 'header';
  /** As written; the world may not exist. */
  readonly world: string;
  /** For a prefix: the world that the host also names, if any. */
  readonly beside?: string | null;
}

/** Reads world addresses, and turns the path into one of the router's. */
export interface WorldAddresses {
  /**
   * Removes the prefix of a world from a path, adds that of the host, and records how the request named its world.
   *
   * @returns the path below the world
   */
  open(raw: IncomingMessage): string;
  /** How a request named its world; null if it did not. */
  of(raw: IncomingMessage): WorldAddress | null;
}

/** The members that all worlds of a process share. They never change after the start, but for the worlds themselves. */
export interface Server extends ServerScope {
  /** @throws before the process has them */
  readonly worlds: WorldsByName;
  /** Why the process has no worlds yet; null once it has them. */
  readonly waiting: () => Waiting | null;
  /** For answers outside of a world. */
  readonly random: About['random'];
  readonly addresses: WorldAddresses;
  readonly log: Log;
  readonly limits: Pick<Limits, 'bodyBytes'>;
  readonly publicUrl: string | null;
  /** Does its own port offer https? */
  readonly isTls: boolean;
  readonly explain: boolean;
  /** Refuse what no document names? */
  readonly strict: boolean;
  /** Answer everything, or only documented behaviour? */
  readonly fidelity: Fidelity;
  readonly originGuard: OriginGuard;
  readonly crossOrigin: CrossOrigin;
  readonly streams: OpenStreams;
  readonly metrics: Metrics;
  /** Watches incoming texts for credentials that may be real. */
  readonly tripwire: Watch;
  /** Extractors for all kinds of credentials that a header can present. */
  readonly extractors: readonly CredentialExtractor[];
  /** All reasons for which a request can be refused. */
  readonly reasons: Reasons;
  /**
   * Answers are compared with their document, and one that does not match it is a failure (`throw`, in tests) or a
   * finding (`report`, with `--strict`). `off`: they are not compared.
   */
  readonly offDocument: 'throw' | 'report' | 'off';
}

/** One operation, with everything known about it before a request arrives. */
export interface Route {
  readonly service: ServiceDefinition;
  readonly ruleset: Ruleset;
  readonly document: ApiDocument;
  /** Renders errors as the vendor does: the service, or one of its hosts. */
  readonly errorRenderer: ErrorRenderer;
  readonly operation: Operation;
  readonly handler: AnyHandler;
  readonly row: OperationRow;
  /** False for methods whose bodies have no meaning (RFC 9110, 9.3.1), unless the document names one. */
  readonly readsBody: boolean;
  readonly guard: Guard;
  /** Null: the operation is public. */
  readonly rule: Rule | null;
  /** Null: the path does not name an object. */
  readonly lookup: Lookup | null;
  /** Null: nothing is checked before the caller is known. */
  readonly firstCheck: FirstCheck | null;
}
