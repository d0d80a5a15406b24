import type { AirResource } from '../resource.ts';
import { CHECKPOINTS } from './checkpoints.ts';
import { DEMO_TAGS } from './demo-tags.ts';
import { DEMOS } from './demos.ts';
import { FEEDBACK } from './feedback.ts';
import { FLEETS } from './fleets.ts';
import { HISTORIES } from './histories.ts';
import { IMAGE_SHARES } from './image-shares.ts';
import { IMAGES } from './images.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { INTERFACES } from './interfaces.ts';
import { LINKS } from './links.ts';
import { MANIFESTS } from './manifests.ts';
import { NODES } from './nodes.ts';
import { PLUGIN_IMAGES } from './plugin-images.ts';
import { RESOURCE_BUDGETS } from './resource-budgets.ts';
import { RUNS } from './runs.ts';
import { SERVICES } from './services.ts';
import { SIMULATION_HISTORY } from './simulation-history.ts';
import { SIMULATION_ZTP_SCRIPT } from './simulation-ztp-script.ts';
import { SIMULATIONS } from './simulations.ts';
import { SSH_KEYS } from './ssh-keys.ts';
import { SYSTEM_NODES } from './system-nodes.ts';
import { TRAININGS } from './trainings.ts';
import { USERCONFIGS } from './userconfigs.ts';
import { WORKER_CERTIFICATES } from './worker-certificates.ts';
import { WORKERS } from './workers.ts';

/** Every resource of Air, one per line. */
export const RESOURCES: readonly AirResource[] = [
  SIMULATIONS,
  SIMULATION_ZTP_SCRIPT,
  SIMULATION_HISTORY,
  HISTORIES,
  NODES,
  INTERFACES,
  LINKS,
  SERVICES,
  INSTRUCTIONS,
  CHECKPOINTS,
  RUNS,
  USERCONFIGS,
  IMAGES,
  IMAGE_SHARES,
  DEMOS,
  DEMO_TAGS,
  TRAININGS,
  RESOURCE_BUDGETS,
  SSH_KEYS,
  SYSTEM_NODES,
  FLEETS,
  WORKERS,
  WORKER_CERTIFICATES,
  MANIFESTS,
  PLUGIN_IMAGES,
  FEEDBACK,
];
