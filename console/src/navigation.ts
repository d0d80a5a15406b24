/** A view of the console in its navigation. */
export interface RailView {
  /** Its address is `#/name`. */
  readonly name: string;
  readonly title: string;
}

export interface RailGroup {
  readonly title: string;
  readonly views: readonly RailView[];
}

/** The views of the console, in the groups of its navigation. */
export const RAIL = [
  {
    title: 'Watch',
    views: [
      { name: 'requests', title: 'Requests' },
      { name: 'findings', title: 'Findings' },
    ],
  },
  {
    title: 'Control',
    views: [
      { name: 'clock', title: 'Clock' },
      { name: 'faults', title: 'Faults' },
      { name: 'drills', title: 'Drills' },
      { name: 'worlds', title: 'Worlds' },
    ],
  },
  {
    title: 'Understand',
    views: [
      { name: 'identities', title: 'Identities' },
      { name: 'access-matrix', title: 'Access matrix' },
      { name: 'least-privilege', title: 'Least privilege' },
    ],
  },
] as const satisfies readonly RailGroup[];

/** The way to the pages of documents, at the end of the last group. */
export const DOCUMENTS: RailView = { name: 'docs', title: 'API documents' };

/** The id of the navigation in a page. */
export const VIEWS_ID = 'views';
