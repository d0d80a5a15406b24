import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { Requests } from './requests/requests.tsx';

type Others = typeof import('./others.ts');

/** A page of the console, at `#/name`. */
export interface View {
  readonly name: string;
  readonly title: string;
  /** Undefined until the script that has it is there. */
  readonly show: () => ComponentType | undefined;
}

/** Views that belong together, in the order of the navigation. */
export interface ViewGroup {
  readonly title: string;
  readonly views: readonly View[];
}

const others = signal<Others | null>(null);

/** Reads the script of the other views. @throws TypeError if the server does not answer */
export async function loadViews(): Promise<void> {
  others.value ??= await import('./others.ts');
}

function other(name: string, title: string, component: keyof Others): View {
  return { name, title, show: () => others.value?.[component] };
}

export const GROUPS: readonly ViewGroup[] = [
  {
    title: 'Watch',
    views: [
      { name: 'requests', title: 'Requests', show: () => Requests },
      other('journal', 'Journal', 'Journal'),
      other('findings', 'Findings', 'Findings'),
    ],
  },
  {
    title: 'Control',
    views: [
      other('clock', 'Clock', 'ClockView'),
      other('faults', 'Faults', 'Faults'),
      other('drills', 'Drills', 'Drills'),
      other('worlds', 'Worlds', 'Worlds'),
      other('snapshots', 'Snapshots', 'Snapshots'),
    ],
  },
  {
    title: 'Understand',
    views: [
      other('identities', 'Identities', 'Identities'),
      other('access-matrix', 'Access matrix', 'AccessMatrix'),
      other('least-privilege', 'Least privilege', 'LeastPrivilegeView'),
    ],
  },
];

/** The first is shown where the address names none. */
export const VIEWS: readonly View[] = GROUPS.flatMap(({ views }) => views);
