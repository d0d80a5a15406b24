import type { ServiceName } from '../../generated/library.ts';

/** What is intercepted, beside the hosts of the vendors (`GET /_mock/info`, `services[].hosts`). */
export interface InterceptOptions {
  /** Requests to all other hosts: they are sent, or fail with an error that names the URL. Default: `pass`. */
  readonly others?: 'pass' | 'refuse';
  /** Further host names, each with its service: `{ 'runai.acme.com': 'runai' }`. Of `*.acme.com`, the `*` stands for one label. */
  readonly hosts?: Readonly<Record<string, ServiceName>>;
}

/** An interception in force. `await using production = await mock.intercept()` ends it at the end of the block. */
export interface Interception extends AsyncDisposable {
  /** Ends it: an earlier one that it covered is in force again. Running requests finish. Can be called again. */
  restore(): Promise<void>;
}

/** The server that answers intercepted requests. */
export interface Intercepting {
  /** Its own addresses, which no interception refuses. */
  readonly urls: readonly string[];
  /** As `OpenProductionPort` of the server, whose types the package does not declare. */
  readonly openProductionPort: (
    scheme: 'http' | 'https',
    world: string | null,
  ) => Promise<{ readonly port: number; close(): void }>;
  /** Those in force, with their worlds. */
  readonly interceptions: Map<Interception, string>;
}
