/** An operation that only other versions have. */
export interface OtherVersions {
  /** Oldest first; empty for an operation that a version removed and no version of the mock has. */
  readonly profiles: readonly string[];
  /** The vendor's version that removed such an operation. */
  readonly removedIn?: string;
  /** The replacement in later versions, such as `GET /api/v1/access-keys`. */
  readonly replacedBy?: string;
}

/** Returns the violation of recorded traffic that calls this operation. */
export function describeOtherVersionsViolation(other: OtherVersions): string {
  const { profiles, removedIn } = other;
  const owners =
    removedIn === undefined ? `only ${profiles.join(', ')} has this operation` : `${removedIn} removed this operation`;
  return `${owners}${describeReplacement(other)}`;
}

/** Returns the end of a sentence about an operation of other versions: its replacement, if there is one. */
function describeReplacement({ replacedBy }: OtherVersions): string {
  return replacedBy === undefined ? '' : `; its replacement is ${replacedBy}`;
}
