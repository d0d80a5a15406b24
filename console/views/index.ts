import type { ComponentType } from 'preact';
import { Live } from './live/live.tsx';

/** A page of the console, at `#/name`. */
export interface View {
  readonly name: string;
  readonly title: string;
  readonly Show: ComponentType;
}

/** In the order of the navigation; the first is shown where the address names none. */
export const VIEWS: readonly View[] = [{ name: 'live', title: 'Live', Show: Live }];
