import { loadServices } from '../src/services/index.ts';
import { createSeedSchema } from '../src/worlds/seed/schema.ts';

/** The JSON Schema of seeds; the build writes it to `dist/seed.schema.json`. */
export const SEED_SCHEMA = createSeedSchema(await loadServices());
