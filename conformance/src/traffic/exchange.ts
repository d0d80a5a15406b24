/** A recorded request and response. */
export interface Exchange {
  /** Where it was recorded, for messages: a line or entry of a file, or the id of a journal entry. */
  readonly place: string;
  readonly method: string;
  /** Scheme and authority, in lower case and without a user; empty if the URL is only a path. */
  readonly origin: string;
  /** Path and query. */
  readonly url: string;
  /** The request headers, with lower-case names; null if none were recorded. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly request: RecordedBody;
  /** Null if there was no response. */
  readonly response: (RecordedBody & { readonly status: number }) | null;
}

/** A recorded body. */
export interface RecordedBody {
  /** In lower case, without parameters; null if there was no such header. */
  readonly mediaType: string | null;
  /** Empty if there was no body; null if the body was not recorded completely. */
  readonly text: string | null;
}
