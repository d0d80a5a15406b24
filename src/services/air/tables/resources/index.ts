import type { AirResource } from '../resource.ts';
import { CHECKPOINTS } from './checkpoints.ts';
import { DEMO_HISTORY } from './demo-history.ts';
import { DEMO_PUBLISH_ACCESS_RECORDS } from './demo-publish-access-records.ts';
import { DEMO_TAGS } from './demo-tags.ts';
import { DEMOS } from './demos.ts';
import { FEEDBACK } from './feedback.ts';
import { FLEETS } from './fleets.ts';
import { HISTORIES } from './histories.ts';
import { IMAGE_HISTORY } from './image-history.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS } from './image-publish-access-records.ts';
import { IMAGE_SHARES } from './image-shares.ts';
import { IMAGES } from './images.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { INTERFACES } from './interfaces.ts';
import { LINKS } from './links.ts';
import { MANIFESTS } from './manifests.ts';
import { NODE_HISTORY } from './node-history.ts';
import { NODES } from './nodes.ts';
import { OS_IMAGE_MANIFESTS } from './os-image-manifests.ts';
import { OS_TEMPLATES } from './os-templates.ts';
import { PLATFORM_INFORMATION } from './platform-information.ts';
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
  NODE_HISTORY,
  INTERFACES,
  LINKS,
  SERVICES,
  INSTRUCTIONS,
  CHECKPOINTS,
  RUNS,
  USERCONFIGS,
  IMAGES,
  IMAGE_HISTORY,
  IMAGE_PUBLISH_ACCESS_RECORDS,
  IMAGE_SHARES,
  DEMOS,
  DEMO_HISTORY,
  DEMO_PUBLISH_ACCESS_RECORDS,
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
  OS_IMAGE_MANIFESTS,
  OS_TEMPLATES,
  PLATFORM_INFORMATION,
  FEEDBACK,
];
