import type { ComponentType } from 'preact';
import { Drills } from './drills/drills.tsx';
import { Faults } from './faults/faults.tsx';
import { Findings } from './findings/findings.tsx';
import { Journal } from './journal/journal.tsx';
import { LawView } from './law/law.tsx';
import { LeastPrivilegeView } from './least-privilege/least-privilege.tsx';
import { Live } from './live/live.tsx';
import { Snapshots } from './snapshots/snapshots.tsx';
import { TimeView } from './time/time.tsx';
import { Who } from './who/who.tsx';
import { Worlds } from './worlds/worlds.tsx';

/** A page of the console, at `#/name`. */
export interface View {
  readonly name: string;
  readonly title: string;
  readonly Show: ComponentType;
}

/** In the order of the navigation; the first is shown where the address names none. */
export const VIEWS: readonly View[] = [
  { name: 'live', title: 'Live', Show: Live },
  { name: 'time', title: 'Time', Show: TimeView },
  { name: 'who', title: 'Who', Show: Who },
  { name: 'law', title: 'Law', Show: LawView },
  { name: 'journal', title: 'Journal', Show: Journal },
  { name: 'faults', title: 'Faults', Show: Faults },
  { name: 'drills', title: 'Drills', Show: Drills },
  { name: 'least-privilege', title: 'Least privilege', Show: LeastPrivilegeView },
  { name: 'worlds', title: 'Worlds', Show: Worlds },
  { name: 'snapshots', title: 'Snapshots', Show: Snapshots },
  { name: 'findings', title: 'Findings', Show: Findings },
];
