/** A view of the console in its navigation. */
export interface RailView {
  /** Its address is `#/name`. */
  readonly name: string;
  readonly title: string;
  /** The path of an outline of 16 by 16. */
  readonly icon: string;
}

export interface RailGroup {
  readonly title: string;
  readonly views: readonly RailView[];
}

/** The navigation of the console, which the pages of documents show as well. Data only: the console's script has it, too. */
export const RAIL = [
  {
    title: 'Watch',
    views: [
      { name: 'requests', title: 'Requests', icon: 'M2 4h9M8 1l3 3-3 3M14 12H5M8 9l-3 3 3 3' },
      { name: 'journal', title: 'Journal', icon: 'M4 2h9v12H4zM4 2H2.5M4 8H2.5M4 14H2.5M7 6h3M7 9h3' },
      { name: 'findings', title: 'Findings', icon: 'M8 2l6.5 12h-13zM8 7v3M8 12v.5' },
    ],
  },
  {
    title: 'Control',
    views: [
      { name: 'clock', title: 'Clock', icon: 'M8 2a6 6 0 1 0 .01 0M8 5v3l2 2' },
      { name: 'faults', title: 'Faults', icon: 'M9 1L3 9h4l-1 6 6-8H8z' },
      { name: 'drills', title: 'Drills', icon: 'M8 2a6 6 0 1 0 .01 0M8 5a3 3 0 1 0 .01 0M8 8v.01' },
      { name: 'worlds', title: 'Worlds', icon: 'M8 2a6 6 0 1 0 .01 0M2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12' },
      { name: 'snapshots', title: 'Snapshots', icon: 'M2 5h3l1-2h4l1 2h3v8H2zM8 7a2 2 0 1 0 .01 0' },
    ],
  },
  {
    title: 'Understand',
    views: [
      { name: 'identities', title: 'Identities', icon: 'M8 3a2.5 2.5 0 1 0 .01 0M3 14c0-6 10-6 10 0' },
      { name: 'access-matrix', title: 'Access matrix', icon: 'M2 2h12v12H2zM2 6h12M2 10h12M6 2v12M10 2v12' },
      {
        name: 'least-privilege',
        title: 'Least privilege',
        icon: 'M8 1.5l5.5 2V8c0 3-2.5 5.5-5.5 6.5C5 13.5 2.5 11 2.5 8V3.5zM6 8l1.5 1.5L10 6.5',
      },
    ],
  },
] as const satisfies readonly RailGroup[];

/** The way to the pages of documents, at the end of the last group. */
export const DOCUMENTS: RailView = {
  name: 'docs',
  title: 'API documents',
  icon: 'M3 2h7l3 3v9H3zM10 2v3h3M6 8h4M6 11h4',
};
