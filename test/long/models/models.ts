import { accessKeys } from './access-keys/index.ts';
import type { Modelled } from './modelled.ts';

import { ngcKeys } from './ngc-keys/index.ts';
import { sessions } from './sessions/index.ts';
import { worlds } from './worlds/index.ts';

export const MODELS: readonly Modelled[] = [accessKeys, ngcKeys, sessions, worlds];
