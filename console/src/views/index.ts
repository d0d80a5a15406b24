import type { ComponentType } from 'preact';
import { RAIL } from '../navigation.ts';
import { lazyViews } from './lazy.tsx';
import { Requests } from './requests/requests.tsx';

type Name = (typeof RAIL)[number]['views'][number]['name'];

/** A view of the console, at `#/<name>`. */
export interface View {
  readonly name: string;
  readonly title: string;
  /** Undefined until its script is loaded. */
  readonly show: () => ComponentType | undefined;
}

/** The components of views in the second script. */
const COMPONENTS = {
  clock: 'ClockView',
  faults: 'Faults',
  worlds: 'Worlds',
  identities: 'Identities',
  'access-matrix': 'AccessMatrix',
  'least-privilege': 'LeastPrivilegeView',
} as const satisfies Readonly<Record<Exclude<Name, 'requests'>, string>>;

/** In navigation order. The first is the default. */
export const VIEWS: readonly View[] = RAIL.flatMap(({ views }) =>
  views.map(({ name, title }) => ({
    name,
    title,
    show: () => (name === 'requests' ? Requests : lazyViews.value?.[COMPONENTS[name]]),
  })),
);
