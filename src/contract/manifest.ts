import type { Reasons } from '../decisions/reasons.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Option } from '../definitions/option.ts';
import type { Settings } from '../definitions/settings.ts';
import type { ServiceDefinition } from './service.ts';

/** An environment variable that `nv-auth-mock env` prints. */
export interface Variable {
  readonly name: string;
  /**
   * Returns the value; undefined if the cast has none.
   *
   * @param castPart the service's part of the cast, as the control API returned it; undefined if the seed has none
   * @param url the URL by which the client reaches the server
   */
  readonly readValue: (castPart: unknown, url: string) => string | undefined;
  /** The identity that the value requires, for a message if the cast lacks it: `administrator with an access key`. */
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
  /** Set if the check reads the cast, which the control API returns only to trusted callers. */
  readonly needsCast?: true;
  /**
   * Performs the check.
   *
   * @param ask calls a path below the client's URL with these headers, and returns null for a body that is not JSON
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
   * Returns the host names below a `*` of `hosts` that the identities and objects of a world use.
   *
   * @param castPart the service's part of the cast, as the control API returned it; undefined if the seed has none
   */
  readonly hostsOfCast?: (castPart: unknown) => readonly string[];
  readonly probes: readonly Probe[];
  /** Returns whether a server with these settings has the service. Absent: always. */
  readonly isServed?: (settings: Settings) => boolean;
  /**
   * Loads the service.
   *
   * @param rulesetsOfKeys returns the rulesets of all profiles whose scopes and resource types NGC keys can hold
   */
  readonly load: (rulesetsOfKeys: () => readonly Ruleset[]) => Promise<ServiceDefinition>;
}
