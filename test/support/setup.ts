import { buildIfChanged } from '../../scripts/build.mjs';

/** Tests of the command run what users run, and all tests read the merged documents. */
export default buildIfChanged;
