import type { Reasons } from '../decisions/reasons.ts';
import type { Ruleset, Settings } from '../decisions/ruleset.ts';
import type { Option } from './option.ts';
import type { ServiceDefinition } from './service.ts';

/** An environment variable that `nv-auth-mock env` prints. */
export interface Variable {
  readonly name: string;
  /** Returns undefined if the cast has none. @param castPart as the control API returned it @param url of the server */
  readonly readValue: (castPart: unknown, url: string) => string | undefined;
  /** The identity that the value requires, for a message if the cast lacks it: `administrator with an access key`. */
  readonly requirement?: string;
}

/** What is known of a service before it is loaded: its additions to the command, the library and refusals. */
export interface Manifest {
  /** Also the name of its folders and of its document. */
  readonly name: string;
  /** By the names of its settings. */
  readonly options: Readonly<Record<string, Option>>;
  /** The reasons that only this service can give. */
  readonly reasons: Reasons;
  readonly variables: readonly Variable[];
  /** The vendor's host names that serve it and no other service. Of `*.run.ai`, the `*` stands for one label. */
  readonly hosts: readonly string[];
  /** Hosts of another service that serve it, too. */
  readonly gateways?: readonly string[];
  /** Returns the host names below a `*` of `hosts` that a world uses. @param castPart as the control API returned it */
  readonly hostsOfCast?: (castPart: unknown) => readonly string[];
  /** Returns whether a server with these settings has the service. Absent: always. */
  readonly isServed?: (settings: Settings) => boolean;
  /** @param rulesetsOfKeys returns the rulesets of all profiles whose scopes and resource types NGC keys can hold */
  readonly load: (rulesetsOfKeys: () => readonly Ruleset[]) => Promise<ServiceDefinition>;
}
