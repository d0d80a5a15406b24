/** The views in the order of the navigation. The address of each is `#/<name>`. */
export const VIEW_TITLES = {
  requests: 'Requests',
  identities: 'Identities',
  operations: 'Operations',
  clock: 'Clock',
  faults: 'Faults',
  worlds: 'Worlds',
} as const;

export type ViewName = keyof typeof VIEW_TITLES;

/** Element id of the navigation. */
export const VIEWS_ID = 'views';
