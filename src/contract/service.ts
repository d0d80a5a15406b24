import type { Caller } from '../decisions/decide.ts';
import type { Decision, DecisionInput } from '../decisions/decision.ts';
import type { HintRule } from '../decisions/explaining/hints/refused-request.ts';
import type { FindFixes, Fix } from '../decisions/explaining/index.ts';
import type { LeastRights, PrincipalUses } from '../decisions/explaining/least-rights.ts';
import type { HypotheticalRights } from '../decisions/policy.ts';
import type { Problem } from '../decisions/problem.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import type { Outcome } from '../decisions/responses/outcome.ts';
import type { Ruleset, Settings } from '../decisions/ruleset.ts';
import type { Instant } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Store } from '../store/index.ts';
import type { Claims } from '../tokens/keys.ts';
import type { CredentialExtractor, PresentedCredential } from '../tokens/presented-credential.ts';
import type { Tripwire } from '../tokens/tripwire.ts';
import type { ObjectCounts, ServiceCredentials } from './credentials.ts';
import type { Schema, ServiceName } from './documented.ts';
import type { AnyHandler, AuthenticatedContext, Context, Lookup, Operations, RequestContext } from './request.ts';
import type { NotEmulatedRow } from './sections.ts';
import type { Seeding } from './seed.ts';
import type { RequestScope } from './world.ts';

/** A check before authentication. @returns headers to add to any answer @throws Problem to refuse the request */
export type FirstCheck = (
  context: RequestContext,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/** An event that no request causes, such as the expiry of a key. */
export interface WorldEvent {
  readonly at: Instant;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/**
 * Finds the name or id of a credential that would work instead; null if there is none.
 * @param refused the input of the decision, if a rule made it, and the presented credentials
 */
export type FindCredential = (
  refused: { readonly input: DecisionInput | undefined; readonly presented: readonly PresentedCredential[] },
  world: Pick<Context, 'store' | 'now' | 'settings'>,
) => Promise<string | null>;

/** The context of a refusal: values that a vendor's error response may contain. */
export interface RefusalContext {
  readonly settings: Settings;
  readonly random: Random;
  /** The requested path without the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  /** Returns the header lines with this name as they were received, without joining them. */
  readonly headerLines: (name: string) => readonly string[];
  /** Null if no operation has the path. */
  readonly operation: string | null;
  readonly caller: Caller | null;
  readonly decision: Decision | null;
}

/** An error response: a schema of the document (null: plain text) and a media type. Null: an empty body. */
export type ErrorForm = { readonly schema: string | null; readonly mediaType: string } | null;

/** The claims of an identity's tokens, before they are signed. */
export interface TokenDraft {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly access: Claims;
  /** The ID token of the same login. */
  readonly id: Claims;
}

/** The logins of a service's users, for the control API. */
export interface Logins {
  /** Drafts an identity's tokens, by any of its names (null: the first that can have some); null if there is none. */
  draftTokens(context: RequestContext, name: string | null): Promise<TokenDraft | null>;
  /** Ends an identity's logins, and revokes its access and refresh tokens; null if there is no such identity. */
  revokeTokens(context: RequestContext, name: string): Promise<Schema<'control', 'RevokedTokens'> | null>;
  listTokenNames(world: RequestScope): Promise<readonly string[]>;
  /** Returns the OAuth clients (RFC 6749, 2), oldest first. */
  listClients(context: RequestContext): Promise<readonly Schema<'control', 'OAuthClient'>[]>;
  /** @throws Problem that names the mistake, or `conflict` if the client exists */
  addClient(
    context: RequestContext,
    order: Schema<'control', 'OAuthClientOrder'>,
  ): Promise<Schema<'control', 'CreatedOAuthClient'>>;
  /** @throws Problem `not_found`, or `conflict` if the client cannot be removed */
  removeClient(context: RequestContext, clientId: string): Promise<void>;
}

export interface ErrorRenderer {
  readonly renderProblem: (problem: Problem, context: RefusalContext) => Outcome;
  /** Every form that `renderProblem` produces. */
  readonly errors: readonly ErrorForm[];
}

/** Host names with one operation for any path, such as the host of a deployed function. No document describes them. */
export interface OperationHost extends ErrorRenderer {
  /** Matches a host name, in lower case and without port, up to the server's own name. Groups become parameters. */
  readonly pattern: RegExp;
  /** The row of the tables that applies to it. */
  readonly operation: string;
  readonly handler: (context: AuthenticatedContext<never> & { readonly body: Buffer }) => Outcome | Promise<Outcome>;
}

/** Host names under which the service's own paths are served, without their prefix. */
export interface PrefixHost {
  /** As in `OperationHost`. If it is a label before the server's own name, the label must be in `RESERVED_WORLD_IDS`. */
  readonly pattern: RegExp;
  /** Added to the path, such as `/llm`. Empty: paths are served unchanged. */
  readonly prefix: string;
  /** A matching host name, for messages. */
  readonly example: string;
}

export type ServiceHost = OperationHost | PrefixHost;

export interface PublishedPart {
  readonly prefix: string;
  readonly title: string;
}

/** Conventions of a vendor that apply to all of its operations. */
export interface Conventions {
  /** Enumerated values in bodies are accepted in any case. */
  readonly caselessEnums?: true;
  readonly optionalTrailingSlash?: true;
  /** The object is looked up before the body is read. */
  readonly looksUpFirst?: true;
  /** The caller is authenticated before the method is checked, so an unknown caller gets 401 instead of 405. */
  readonly authenticatesFirst?: true;
  /** The vendor's client that drops the path of its base URL, and with it the prefix of a world. */
  readonly pathDroppingClient?: { readonly name: string; readonly userAgent: RegExp };
}

export interface ServiceRules {
  readonly rulesets: readonly Ruleset[];
  readonly selectRuleset: (settings: Settings) => Ruleset;
  /** The operations of the vendor's document that no version of the mock emulates. */
  readonly notEmulated?: readonly NotEmulatedRow[];
}

export interface ServiceCallers {
  /** Returns the caller of a request. @throws Problem `unauthenticated` if the credential is refused */
  readonly authenticate: (context: RequestContext) => Promise<Caller>;
  /** Finds a principal by any of its names, or null. Absent if none can be impersonated. @throws Problem */
  readonly impersonate?: (world: RequestScope, name: string, now: Instant) => Promise<Caller | null>;
  /** Creates callers with hypothetical rights, to simulate decisions. Absent if callers have no rights here. */
  readonly hypothetical?: {
    readonly roles: (world: RequestScope) => Promise<readonly string[]>;
    /** Returns a caller with these rights. @param principal null: a new one @throws Problem `invalid_request` */
    readonly caller: (world: RequestScope, held: HypotheticalRights, principal: Caller | null) => Promise<Caller>;
  };
}

export interface AcceptedCredentials {
  /** The extractors of credentials in headers. These select the world of a request. */
  readonly extractors?: readonly CredentialExtractor[];
  /** Credentials in fields of operations that select a world, by precedence; `a.b` is the member `b` of `a`. */
  readonly fields?: Readonly<Record<string, (text: string) => PresentedCredential>>;
  readonly stored?: ServiceCredentials;
  /** Patterns that tell the vendor's real credentials from a mock's. */
  readonly tripwires?: readonly Tripwire[];
}

/** How a service explains its decisions, and finds what would change them. */
export interface DecisionHelp {
  /** Finds the changes that reverse a refusal, if the service grants rights in its own way. */
  readonly findFixes?: FindFixes;
  /** The functions that find a credential that would work instead of the refused one, by reason. */
  readonly credentialFinders?: Readonly<Partial<Record<DenyReason, FindCredential>>>;
  /** Finds who may send the requests of fixes, by name, if these are requests of the vendor's own API. */
  readonly findSenders?: (world: RequestScope) => Promise<(request: NonNullable<Fix['request']>) => string | null>;
  /** Mistakes that clients of this vendor make, most specific first. */
  readonly hints?: readonly HintRule[];
  /** Finds the least rights that allow a principal's recorded requests. Absent if callers have no rights here. */
  readonly leastRights?: (world: RequestScope, ofPrincipal: PrincipalUses) => Promise<LeastRights>;
}

/** Events of a service that no request causes, and how many objects it stores. */
export interface ServiceState {
  /** Prepares a world that is created or opened. @returns a line per credential that can do less than it appears to */
  readonly prepare?: (
    world: { readonly store: Store; readonly settings: Settings; readonly rulesets: readonly Ruleset[] },
    now: Instant,
  ) => Promise<readonly string[]>;
  /** Returns the events after `from`, up to `to`, in any order: at least the first `limit`. Null: it has none. */
  readonly events: ((store: Store, from: Instant, to: Instant, limit: number) => Promise<readonly WorldEvent[]>) | null;
  readonly objectCounts?: ObjectCounts;
}

/** An emulated API, as a value. @typeParam Name if given, every operation of the document must have a handler */
export interface ServiceDefinition<Name extends string = string> extends ErrorRenderer {
  /** Also the name of its folders and of its document. */
  readonly name: Name;
  readonly title: string;
  /** Errors on a path below one of these have this service's format; `{name}` stands for any segment. */
  readonly prefixes: readonly string[];
  readonly hosts?: readonly ServiceHost[];
  /** The part of its document, below one of the prefixes, that the vendor serves there itself, as `/openapi.yaml`. */
  readonly publishedPart?: PublishedPart;
  readonly conventions?: Conventions;
  /** Marks the control API, which is for the operator of the mock, not for web pages of other origins. */
  readonly isControlApi?: true;
  readonly rules: ServiceRules;
  readonly callers: ServiceCallers;
  readonly credentials?: AcceptedCredentials;
  /** Returns the lifetime of its access tokens, in milliseconds. Absent if it issues none. */
  readonly tokenLifetime?: (settings: Settings) => number;
  /** Absent if users do not log in to it. */
  readonly logins?: Logins;
  /** Checks the vendor's host of a request before its caller, unless a fault answers it. @throws Problem to refuse it */
  readonly checkHost?: (context: RequestContext) => Promise<void>;
  /** The checks that run before authentication, by the names in `checksFirst` of its rows. */
  readonly checks?: Readonly<Record<string, FirstCheck>>;
  readonly lookups: Readonly<Record<string, Lookup>>;
  /** By operationId: exactly the operations of the document. */
  readonly operations: Name extends ServiceName ? Operations<Name> : Readonly<Record<string, AnyHandler>>;
  readonly decisionHelp?: DecisionHelp;
  readonly seed: Seeding | null;
  readonly state: ServiceState;
}
