import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { RAIL } from '../../src/http/console-rail.ts';
import { Requests } from './requests/requests.tsx';

type Others = typeof import('./others.ts');
type Name = (typeof RAIL)[number]['views'][number]['name'];

/** A page of the console, at `#/name`. */
export interface View {
  readonly name: string;
  readonly title: string;
  /** Undefined until the script that has it is there. */
  readonly show: () => ComponentType | undefined;
}

const others = signal<Others | null>(null);

/** Reads the script of the other views. @throws TypeError if the server does not answer */
export async function loadViews(): Promise<void> {
  others.value ??= await import('./others.ts');
}

/** What shows the views that are in the other script. */
const COMPONENTS: Readonly<Record<Exclude<Name, 'requests'>, keyof Others>> = {
  journal: 'Journal',
  findings: 'Findings',
  clock: 'ClockView',
  faults: 'Faults',
  drills: 'Drills',
  worlds: 'Worlds',
  snapshots: 'Snapshots',
  identities: 'Identities',
  'access-matrix': 'AccessMatrix',
  'least-privilege': 'LeastPrivilegeView',
};

/** In the order of the navigation; the first is shown where the address names none. */
export const VIEWS: readonly View[] = RAIL.flatMap(({ views }) =>
  views.map(({ name, title }) => ({
    name,
    title,
    show: () => (name === 'requests' ? Requests : others.value?.[COMPONENTS[name]]),
  })),
);
