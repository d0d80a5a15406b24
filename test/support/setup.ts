import { build } from '../../scripts/build.mjs';

/** Tests of the command run what users run; all tests read the merged documents. */
export default build;
