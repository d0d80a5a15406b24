/** Finds another spelling of the wanted name among sent names: `grant_type` for `grantType`. */
export function findOtherSpelling(names: readonly string[], wanted: string): string | undefined {
  return names.find((name) => name !== wanted && normalize(name) === normalize(wanted));
}

function normalize(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}
