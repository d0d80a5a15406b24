/** A request and its answer, as somebody recorded them. */
export interface Exchange {
  /** Where it was recorded, for messages: a line or an entry of a file, or the id of an entry in the journal. */
  readonly place: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Of the request, by their names in lower case; null if none were recorded. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly request: RecordedBody;
  /** Null if there was none. */
  readonly answer: (RecordedBody & { readonly status: number }) | null;
}

/** A body, as far as it was recorded. */
export interface RecordedBody {
  /** Without parameters, in lower case; null if there was no such header. */
  readonly mediaType: string | null;
  /** Empty if there was none; null if it was not recorded, or only its beginning. */
  readonly text: string | null;
}
