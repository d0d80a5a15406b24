import type { ServiceName } from '../../generated/library.ts';

/** What to intercept besides the hosts of the vendors (`GET /_mock/info`, `services[].hosts`). */
export interface InterceptOptions {
  /** Whether requests to all other hosts are sent, or fail with an error that has the URL. Default: `pass`. */
  readonly others?: 'pass' | 'refuse';
  /** Additional host names, each with the only service that it serves: `{ 'runai.acme.com': 'runai' }`. In `*.acme.com`, `*` matches one label. */
  readonly hosts?: Readonly<Record<string, ServiceName>>;
}

/** An active interception. `await using production = await mock.intercept()` ends it at the end of the block. */
export interface Interception extends AsyncDisposable {
  /**
   * Ends the interception. An earlier one that it covered takes effect again. Running requests finish. Can be called
   * again.
   */
  restore(): Promise<void>;
}

/** The server that responds to intercepted requests. */
export interface Intercepting {
  /** The server's addresses, which are never refused. */
  readonly urls: readonly string[];
  /** See `OpenProductionPort` of the server, whose types the package doesn't declare. */
  readonly openProductionPort: (
    scheme: 'http' | 'https',
    world: string | null,
    hosts: ReadonlyMap<string, string>,
  ) => Promise<{ readonly port: number; close(): void }>;
  /** Active interceptions, with their worlds. */
  readonly interceptions: Map<Interception, string>;
}
