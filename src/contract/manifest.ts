import type { Reasons } from '../core/explaining/reasons.ts';
import type { Option } from '../core/option.ts';
import type { Ruleset } from '../core/ruleset.ts';
import type { ServiceDefinition } from './service.ts';

/** A line of `nv-auth-mock env`. */
export interface Variable {
  readonly name: string;
  /**
   * Undefined if the cast has nothing for it.
   *
   * @param part of the cast, as the switchboard answered; undefined if the seed has none
   * @param url of the server, as the client has it
   */
  readonly of: (part: unknown, url: string) => string | undefined;
  /** What the cast lacks in that case, if it is worth mentioning: `administrator with an access key`. */
  readonly absent?: string;
}

/** What a request to a server showed. */
export interface Observation {
  readonly good: boolean;
  /** What was found, and what to do about it if it is not good. */
  readonly said: string;
}

/** Something that `nv-auth-mock doctor` looks at from where a client is. */
export interface Probe {
  /** What it checks, in a word or two. */
  readonly what: string;
  /** It reads the cast, which the switchboard shows only to those it trusts. */
  readonly needsCast?: true;
  /**
   * @param ask calls a path below the client's URL, with these headers; a body that is not JSON is null
   * @param place the client's URL, and this service's part of the cast, or undefined if there is none
   */
  readonly look: (
    ask: (path: string, headers?: Readonly<Record<string, string>>) => Promise<{ status: number; body: unknown }>,
    place: { readonly base: string; readonly part: unknown },
  ) => Promise<Observation>;
}

/**
 * What is known about a service before it is loaded: its name, and what it adds to the command, to the library and to
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
  readonly probes: readonly Probe[];
  /** @param rulesetsOfKeys the laws whose scopes and resource types NGC keys can hold */
  readonly load: (rulesetsOfKeys: () => readonly Ruleset[]) => Promise<ServiceDefinition>;
}
