import { installTestcontainers, installTools } from '../../scripts/tools.mjs';

/** End-to-end tests need tools and libraries that `npm ci` does not install. */
export default () => Promise.all([installTools('e2e'), installTestcontainers()]).then(() => {});
