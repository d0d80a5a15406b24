import { buildIfChanged } from '../../scripts/build.mjs';

/** Command tests run the built command, and all tests read the merged documents. */
export default buildIfChanged;
