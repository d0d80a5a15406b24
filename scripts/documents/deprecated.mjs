// @ts-check
/** Marks the deprecated operations of a version, for the build and the server. */

/** Whether a version is newer than all of these. @param {string} version @param {readonly string[]} others */
export function isLater(version, others) {
  return others.every((other) => version.localeCompare(other, 'en', { numeric: true }) > 0);
}

/**
 * Returns the document of a version: with the version's name, and with deprecated operations marked
 * (`x-deprecated-since`) and their replacement named (`x-replaced-by`).
 *
 * @param {any} document
 * @param {string} version
 */
export function asVersion(document, version) {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const operations = Object.entries(item).map(([method, operation]) => [method, marked(operation, version)]);
    return [path, Object.fromEntries(operations)];
  });
  return { ...document, info: { ...document.info, version }, paths: Object.fromEntries(paths) };
}

/** @param {any} operation @param {string} version */
function marked(operation, version) {
  const { 'x-deprecated-since': since, 'x-replaced-by': replacedBy, description } = operation;
  if (since === undefined || isLater(since, [version])) return operation;
  const sentence = `Deprecated since ${since}: use \`${replacedBy}\` instead.`;
  return { ...operation, deprecated: true, description: `${description} ${sentence}` };
}
