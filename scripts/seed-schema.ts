import { createSeedSchema } from '../src/seed/schema.ts';
import { loadServices } from '../src/services/index.ts';

/** The JSON Schema of seeds; the build writes it to `dist/seed.schema.json`. */
export const SEED_SCHEMA = createSeedSchema(await loadServices());
