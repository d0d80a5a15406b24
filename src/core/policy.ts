/** What a caller holds at one moment: the input of every decision. */
export interface Standing {
  readonly roles: readonly string[];
  /** Permissions or scopes, in the words of the service's tables. */
  readonly held: ReadonlySet<string>;
}

/** The standing of somebody who was given nothing. */
export const NO_STANDING: Standing = { roles: [], held: new Set() };
