import type { Reasons } from '../decisions/reasons.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Option } from '../definitions/option.ts';
import type { Settings } from '../definitions/settings.ts';
import type { StoredSchemas } from '../store/row-schema.ts';
import type { ServiceDefinition } from './service.ts';

/** An environment variable that `nv-auth-mock env` prints. */
export interface Variable {
  readonly name: string;
  /**
   * Undefined if the cast has nothing for it.
   *
   * @param part of the cast, as the control API answered; undefined if the seed has none
   * @param url of the server, as the client has it
   */
  readonly readValue: (part: unknown, url: string) => string | undefined;
  /** What the cast lacks if the value is undefined, for a message: `administrator with an access key`. */
  readonly requirement?: string;
}

/** The result of a probe. */
export interface Observation {
  readonly isGood: boolean;
  /** The finding and, if something is wrong, the advice. */
  readonly finding: string;
}

/** A check that `nv-auth-mock doctor` makes from the client's machine. */
export interface Probe {
  /** The subject of the check, in a word or two. */
  readonly subject: string;
  /** Reads the cast, which the control API returns only to trusted callers. */
  readonly needsCast?: true;
  /**
   * @param ask calls a path below the client's URL, with these headers; a body that is not JSON is null
   * @param client the client's URL, and this service's part of the cast, or undefined if there is none
   */
  readonly run: (
    ask: (path: string, headers?: Readonly<Record<string, string>>) => Promise<{ status: number; body: unknown }>,
    client: { readonly base: string; readonly part: unknown },
  ) => Promise<Observation>;
}

/**
 * The part of a service that is known before it is loaded: its name, and its additions to the command, the library and
 * the words of refusals.
 */
export interface Manifest {
  /** Also the name of its folders and of its document. */
  readonly name: string;
  /** By the names of its settings. */
  readonly options: Readonly<Record<string, Option>>;
  /** The reasons that only this service can give. */
  readonly reasons: Reasons;
  readonly variables: readonly Variable[];
  /** The vendor's host names that it emulates. Of `*.run.ai`, the `*` stands for one label. */
  readonly hosts: readonly string[];
  /**
   * The names with a `*` that the identities and objects of a world use.
   *
   * @param part of the cast, as the control API answered; undefined if the seed has none
   */
  readonly hostsOfCast?: (part: unknown) => readonly string[];
  readonly probes: readonly Probe[];
  /** The schemas of its stored rows and settings. Loaded only to check rows of snapshot files. */
  readonly schemas: () => Promise<StoredSchemas>;
  /** Returns whether a server with these settings has the service. Absent: always. */
  readonly isServed?: (settings: Settings) => boolean;
  /** @param rulesetsOfKeys the rulesets of all profiles whose scopes and resource types NGC keys can hold */
  readonly load: (rulesetsOfKeys: () => readonly Ruleset[]) => Promise<ServiceDefinition>;
}
