import type { ComponentType } from 'preact';
import { AccessMatrix } from './access-matrix/access-matrix.tsx';
import { ClockView } from './clock/clock.tsx';
import { Drills } from './drills/drills.tsx';
import { Faults } from './faults/faults.tsx';
import { Findings } from './findings/findings.tsx';
import { Identities } from './identities/identities.tsx';
import { Journal } from './journal/journal.tsx';
import { LeastPrivilegeView } from './least-privilege/least-privilege.tsx';
import { Requests } from './requests/requests.tsx';
import { Snapshots } from './snapshots/snapshots.tsx';
import { Worlds } from './worlds/worlds.tsx';

/** A page of the console, at `#/name`. */
export interface View {
  readonly name: string;
  readonly title: string;
  readonly Show: ComponentType;
}

/** Views that belong together, in the order of the navigation. */
export interface ViewGroup {
  readonly title: string;
  readonly views: readonly View[];
}

export const GROUPS: readonly ViewGroup[] = [
  {
    title: 'Watch',
    views: [
      { name: 'requests', title: 'Requests', Show: Requests },
      { name: 'journal', title: 'Journal', Show: Journal },
      { name: 'findings', title: 'Findings', Show: Findings },
    ],
  },
  {
    title: 'Control',
    views: [
      { name: 'clock', title: 'Clock', Show: ClockView },
      { name: 'faults', title: 'Faults', Show: Faults },
      { name: 'drills', title: 'Drills', Show: Drills },
      { name: 'worlds', title: 'Worlds', Show: Worlds },
      { name: 'snapshots', title: 'Snapshots', Show: Snapshots },
    ],
  },
  {
    title: 'Understand',
    views: [
      { name: 'identities', title: 'Identities', Show: Identities },
      { name: 'access-matrix', title: 'Access matrix', Show: AccessMatrix },
      { name: 'least-privilege', title: 'Least privilege', Show: LeastPrivilegeView },
    ],
  },
];

/** The first is shown where the address names none. */
export const VIEWS: readonly View[] = GROUPS.flatMap(({ views }) => views);
