import { ClockView } from './clock/clock.tsx';
import { Faults } from './faults/faults.tsx';
import { Identities } from './identities/identities.tsx';
import { Operations } from './operations/operations.tsx';
import { Requests } from './requests/requests.tsx';
import { Worlds } from './worlds/worlds.tsx';

const REQUESTS = { name: 'requests', title: 'Requests', View: Requests };

/** The views in the order of the navigation. The address of each is `#/<name>`. */
export const VIEWS = [
  REQUESTS,
  { name: 'identities', title: 'Identities', View: Identities },
  { name: 'operations', title: 'Operations', View: Operations },
  { name: 'clock', title: 'Clock', View: ClockView },
  { name: 'faults', title: 'Faults', View: Faults },
  { name: 'worlds', title: 'Worlds', View: Worlds },
];

/** Returns the view with a name; Requests if there is none. */
export function findView(name: string) {
  return VIEWS.find((view) => view.name === name) ?? REQUESTS;
}
