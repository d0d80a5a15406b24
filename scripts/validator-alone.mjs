// @ts-check
/**
 * A plugin that bundles only the validator of openapi-backend. The rest of the package finds operations in a document and
 * follows references, which the build has resolved, and it needs lodash, a reference parser and an HTTP client for that.
 */

/** Modules that the validator imports, and of which it uses little. */
const LEFT_OUT = ['lodash', './router', './backend'];

/** What it does use of them, when it is given operations one by one. */
const USED = `
  export class OpenAPIRouter {}
  export const uniq = (values) => [...new Set(values)];
`;

const ID = '\0validator-alone';

/** @type {import('rolldown').Plugin} */
export const validatorAlone = {
  name: 'validator-alone',
  resolveId: (id, importer = '') => (LEFT_OUT.includes(id) && /[\\/]openapi-backend[\\/]/.test(importer) ? ID : null),
  load: (id) => (id === ID ? USED : null),
};
