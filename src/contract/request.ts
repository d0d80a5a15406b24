import type { Instant } from '../core/clock.ts';
import type { Caller, LookupResult, ResourceAttributes } from '../core/decide.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Problem } from '../core/problem.ts';
import type { Sources } from '../core/views.ts';
import type { PublicJwk } from '../tokens/index.ts';
import type { OperationId, OperationOf, OperationTypes, ServiceName } from './documented.ts';
import type { Surroundings, World } from './world.ts';

/** A request before its caller is known. */
export interface Arrival extends Surroundings {
  readonly world: World;
  /** The single time at which everything in this request happens. */
  readonly now: Instant;
  /** Scheme and authority by which the caller reached this server, without a slash at the end. */
  readonly origin: string;
  /**
   * The same, for URLs that are called without the caller's credential: in any world but the default one they name the
   * world.
   */
  readonly openOrigin: string;
  readonly method: string;
  /**
   * May whoever sent it read the cast, with its passwords? They could log in as anybody in it, so they are not asked for
   * a password.
   */
  readonly mayReadCast: boolean;
  /**
   * The keys with which clients verify tokens of the issuer that this request asks: those of its world if it names one,
   * otherwise also those with which other worlds sign, because tokens that were asked for without naming a world have
   * the same issuer.
   */
  publishedKeys(): readonly PublicJwk[];
  /** The header lines with this name as they were received, each separate. */
  headerLines(name: string): readonly string[];
}

/** What a handler is given. It can read and write the world, and answers with its return value; it has no socket. */
export interface Context<Its extends OperationTypes = OperationTypes, Target = unknown> extends Arrival {
  /** Null on public operations. */
  readonly caller: CallerOf<Its['isPublic']>;
  readonly params: Its['params'];
  readonly query: Its['query'];
  /** Checked against the document. */
  readonly body: Its['body'];
  /** What the rule's look-up found. */
  readonly target: Target;
  /**
   * For an operation that streams: counts the bytes of the body as they arrive, up to a limit, and hashes them with
   * SHA-256, in hexadecimal. The bytes themselves are dropped.
   *
   * @throws Problem if there are more bytes, or if they stop coming
   */
  digest(most: number): Promise<{ readonly size: number; readonly hash: string }>;
  /** May the caller also do what the rule is about to this object? For lists, which show what their reader may see. */
  mayAccess(attributes: ResourceAttributes): boolean;
  /**
   * The outcome that `make` makes, made once for as long as the same request of the same caller finds everything as it
   * was: what they may do, and what the outcome is made from. Nobody changes the outcome.
   *
   * @param made whatever else it depends on
   */
  once<const Its extends Outcome>(made: MadeFrom, make: () => Its): Its;
}

/** What an outcome depends on, besides the request, its caller and the mode of the world. */
export interface MadeFrom {
  /** Revisions of rows and lists, and whatever they do not say, such as the times of uses. */
  readonly from: Sources;
  /** When something that it shows changes by itself; null: never. Asked only of an outcome that is made. */
  readonly moments?: () => Iterable<Instant | null>;
}

type CallerOf<IsPublic extends boolean> = IsPublic extends true ? null : Caller;

/** The context of any operation that is not public, for code that several of them share. */
export interface AuthenticatedContext<Target = unknown> extends Context<OperationTypes, Target> {
  readonly caller: Caller;
}

/** What the document of an operation allows it to answer, or a refusal in a form of its own. */
export type Answer<Service extends ServiceName, Id extends OperationId<Service>> =
  | AnswerOf<OperationOf<Service, Id>['answers']>
  | (Outcome & { readonly refusal: Problem });

type AnswerOf<Answers> = { [Status in keyof Answers]: Outcome<Status, Answers[Status]> }[keyof Answers];

/**
 * Does what an operation is for: `Handler<'nvcf', 'createDeployment', FunctionRow>`. What it is given and what it
 * answers have the types of its document, which the steps before and after it check (`http/steps/validate.ts`,
 * `conform.ts`). Without parameters it is for any operation, for code that many share; what it answers is then checked
 * only when it answers.
 *
 * @typeParam Target what the look-up of the operation's rule finds
 */
export type Handler<Service extends ServiceName = never, Id extends OperationId<Service> = never, Target = unknown> = [
  Service,
] extends [never]
  ? (context: Context) => Outcome | Promise<Outcome>
  : (context: Context<OperationOf<Service, Id>, Target>) => Answer<Service, Id> | Promise<Answer<Service, Id>>;

/** A handler whose document's types are not known here. */
export type AnyHandler = (context: never) => Outcome | Promise<Outcome>;

/** The handlers of a service: one for each operation of its document, each with that operation's type. */
export type Operations<Service extends ServiceName> = {
  readonly [Id in OperationId<Service>]: Handler<Service, Id, never>;
};

/** Finds the object that a path names, as this caller may see it. */
export type Lookup<Target = unknown> = (context: AuthenticatedContext, id: string) => Promise<LookupResult<Target>>;
