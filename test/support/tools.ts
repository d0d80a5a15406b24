import { installTools } from '../../scripts/tools.mjs';

/** The end-to-end tests run PostgreSQL and a checker of types, which `npm ci` leaves out. */
export default () => installTools('e2e').then(() => {});
