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

/** The navigation of the console, which the pages of documents show as well. The console's script has it, too, but not the icons. */
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
      { name: 'snapshots', title: 'Snapshots' },
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

/** The icons of the views and of buttons: each is the path of an outline of 16 by 16. */
const ICONS: Readonly<Record<string, string>> = {
  requests: 'M2 4h9M8 1l3 3-3 3M14 12H5M8 9l-3 3 3 3',
  findings: 'M8 2l6.5 12h-13zM8 7v3M8 12v.5',
  clock: 'M8 2a6 6 0 1 0 .01 0M8 5v3l2 2',
  faults: 'M9 1L3 9h4l-1 6 6-8H8z',
  drills: 'M8 2a6 6 0 1 0 .01 0M8 5a3 3 0 1 0 .01 0M8 8v.01',
  worlds: 'M8 2a6 6 0 1 0 .01 0M2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12',
  snapshots: 'M2 5h3l1-2h4l1 2h3v8H2zM8 7a2 2 0 1 0 .01 0',
  identities: 'M8 3a2.5 2.5 0 1 0 .01 0M3 14c0-6 10-6 10 0',
  'access-matrix': 'M2 2h12v12H2zM2 6h12M2 10h12M6 2v12M10 2v12',
  'least-privilege': 'M8 1.5l5.5 2V8c0 3-2.5 5.5-5.5 6.5C5 13.5 2.5 11 2.5 8V3.5zM6 8l1.5 1.5L10 6.5',
  search: 'M7 2a5 5 0 1 0 .01 0M10.5 10.5L14 14',
  menu: 'M2 4h12M2 8h12M2 12h12',
  docs: 'M3 2h7l3 3v9H3zM10 2v3h3M6 8h4M6 11h4',
};

/** The icons as markup of a page, of which each link of the navigation uses one. A function: the console's script leaves it out. */
export function iconSymbols(): string {
  const symbols = Object.entries(ICONS).map(
    ([name, path]) => `<symbol id="icon-${name}" viewBox="0 0 16 16"><path d="${path}"/></symbol>`,
  );
  return `<svg class="icons">${symbols.join('')}</svg>`;
}
