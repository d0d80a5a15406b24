const TITLES: ReadonlyMap<string, string> = new Map([
  ['runai', 'Run:ai'],
  ['air', 'Air'],
  ['nvcf', 'Cloud Functions'],
  ['nvct', 'Cloud Tasks'],
  ['catalogue', 'API catalogue'],
  // The name in NGC keys.
  ['public-api', 'Public API Endpoints'],
  ['ngc', 'NGC keys'],
  ['nak', 'Key service'],
  ['control', 'Control API'],
]);

/** Returns the display name of a service; an unknown service keeps its name. */
export function titleOfService(name: string): string {
  return TITLES.get(name) ?? name;
}
