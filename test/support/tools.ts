import { installTools } from '../../scripts/tools.mjs';

/** End-to-end tests need PostgreSQL and a type checker, which `npm ci` does not install. */
export default () => installTools('e2e').then(() => {});
