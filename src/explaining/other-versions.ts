import { showPath } from '../text/redact.ts';

/** An operation that only other versions have. */
export interface OfOtherVersions {
  /** Oldest first; none for an operation that a version removed and no version of the mock has. */
  readonly profiles: readonly string[];
  /** The version of the vendor that removed such an operation. */
  readonly removedIn?: string;
  /** The operation that takes its place in later versions, such as `GET /api/v1/access-keys`. */
  readonly replacedBy?: string;
}

/** The message of a finding about a call that only other versions accept. */
export function otherVersionSentence(method: string, path: string, other: OfOtherVersions): string {
  const { profiles, removedIn } = other;
  const owners =
    removedIn === undefined
      ? `which only ${profiles.join(', ')} has`
      : `which ${removedIn} removed and the mock has in no version`;
  return `${method} ${showPath(path)} was called, ${owners}${replacement(other)}`;
}

/** The violation of recorded traffic that has a call of this operation. */
export function otherVersionViolation(other: OfOtherVersions): string {
  const { profiles, removedIn } = other;
  const owners =
    removedIn === undefined ? `only ${profiles.join(', ')} has this operation` : `${removedIn} removed this operation`;
  return `${owners}${replacement(other)}`;
}

/** The end of a sentence about an operation of other versions: its replacement, if there is one. */
function replacement({ replacedBy }: OfOtherVersions): string {
  return replacedBy === undefined ? '' : `; in its place there is ${replacedBy}`;
}
