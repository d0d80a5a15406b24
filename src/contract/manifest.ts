import type { Option } from '../config/option.ts';
import type { Reasons } from '../core/explaining/reasons.ts';
import type { Law } from '../core/law.ts';
import type { ServiceDefinition } from './service.ts';

/** A line of `nv-auth-mock env`. */
export interface Variable {
  readonly name: string;
  /**
   * Undefined where the cast has nothing for it.
   *
   * @param part of the cast, as the switchboard answered; undefined where the seed has none
   * @param url of the server, as the client has it
   */
  readonly of: (part: unknown, url: string) => string | undefined;
  /** What the cast then lacks, where that is worth telling: `administrator with an access key`. */
  readonly absent?: string;
}

/** What somebody finds out by asking a server. */
export interface Observation {
  readonly good: boolean;
  /** What was found, and what to do about it where it is not good. */
  readonly said: string;
}

/** Something that `nv-auth-mock doctor` looks at from where a client is. */
export interface Probe {
  /** In a word. */
  readonly what: string;
  /** It looks into the cast, which the switchboard tells only whom it trusts. */
  readonly needsCast?: true;
  /**
   * @param ask calls a path below the client's URL, with these headers; a body that is not JSON is null
   * @param place the client's URL, and this service's part of the cast, undefined where there is none
   */
  readonly look: (
    ask: (path: string, headers?: Readonly<Record<string, string>>) => Promise<{ status: number; body: unknown }>,
    place: { readonly base: string; readonly part: unknown },
  ) => Promise<Observation>;
}

/**
 * What is known of a service before it is loaded: its name, and what it brings to the command, to the library and to the
 * words of refusals.
 */
export interface Manifest {
  /** Also the name of its folders and of its document. */
  readonly name: string;
  /** By the names of its settings. */
  readonly options: Readonly<Record<string, Option>>;
  /** What only it can refuse for. */
  readonly reasons: Reasons;
  readonly variables: readonly Variable[];
  readonly probes: readonly Probe[];
  /** @param lawsOfKeys the laws whose scopes and resource types keys of NGC can hold */
  readonly load: (lawsOfKeys: () => readonly Law[]) => Promise<ServiceDefinition>;
}
