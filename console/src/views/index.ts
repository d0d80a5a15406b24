import type { ComponentType } from 'preact';
import { VIEW_TITLES, type ViewName } from '../navigation.ts';
import { ClockView } from './clock/clock.tsx';
import { Faults } from './faults/faults.tsx';
import { Identities } from './identities/identities.tsx';
import { Operations } from './operations/operations.tsx';
import { Requests } from './requests/requests.tsx';
import { Worlds } from './worlds/worlds.tsx';

const COMPONENTS: Readonly<Record<ViewName, ComponentType>> = {
  requests: Requests,
  identities: Identities,
  operations: Operations,
  clock: ClockView,
  faults: Faults,
  worlds: Worlds,
};

/** Returns the view with a name; Requests if there is none. */
export function findView(name: string) {
  const known = (Object.hasOwn(COMPONENTS, name) ? name : 'requests') as ViewName;
  return { name: known, title: VIEW_TITLES[known], View: COMPONENTS[known] };
}
