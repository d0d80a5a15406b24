/** An entry of the navigation. */
export interface RailView {
  /** Its address is `#/<name>`. */
  readonly name: string;
  readonly title: string;
}

/** A titled group of the navigation. */
export interface RailGroup {
  readonly title: string;
  readonly views: readonly RailView[];
}

/** The views in their navigation groups. */
export const RAIL = [
  {
    title: 'Watch',
    views: [{ name: 'requests', title: 'Requests' }],
  },
  {
    title: 'Control',
    views: [
      { name: 'clock', title: 'Clock' },
      { name: 'faults', title: 'Faults' },
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

/** The link to the API documents, at the end of the last group. */
export const DOCUMENTS: RailView = { name: 'docs', title: 'API documents' };

/** Element id of the navigation. */
export const VIEWS_ID = 'views';
