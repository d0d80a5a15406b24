import type { ComponentType } from 'preact';
import { RAIL } from '../navigation.ts';
import { lazy } from './lazy.tsx';
import { Requests } from './requests/requests.tsx';

type Name = (typeof RAIL)[number]['views'][number]['name'];

/** A page of the console, at `#/name`. */
export interface View {
  readonly name: string;
  readonly title: string;
  /** Undefined until the script that has it is there. */
  readonly show: () => ComponentType | undefined;
}

/** What shows the views that are in the other script. */
const COMPONENTS = {
  findings: 'Findings',
  clock: 'ClockView',
  faults: 'Faults',
  drills: 'Drills',
  worlds: 'Worlds',
  identities: 'Identities',
  'access-matrix': 'AccessMatrix',
  'least-privilege': 'LeastPrivilegeView',
} as const satisfies Readonly<Record<Exclude<Name, 'requests'>, string>>;

/** In the order of the navigation; the first is shown where the address names none. */
export const VIEWS: readonly View[] = RAIL.flatMap(({ views }) =>
  views.map(({ name, title }) => ({
    name,
    title,
    show: () => (name === 'requests' ? Requests : lazy.value?.[COMPONENTS[name]]),
  })),
);
