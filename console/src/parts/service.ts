const TITLES: ReadonlyMap<string, string> = new Map([
  ['runai', 'Run:ai'],
  ['air', 'Air'],
  ['nvcf', 'Cloud Functions'],
  ['nvct', 'Cloud Tasks'],
  ['catalogue', 'API catalogue'],
  // As keys call it.
  ['public-api', 'Public API Endpoints'],
  ['ngc', 'NGC keys'],
  ['nak', 'Key service'],
  ['control', 'Control API'],
]);

/** A service as people call it; one that is not known here, by its name. */
export function serviceTitle(name: string): string {
  return TITLES.get(name) ?? name;
}
