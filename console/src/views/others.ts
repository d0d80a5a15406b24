/**
 * All views but the first, and the panel of a request. A separate script, so that the page opens without waiting for
 * it.
 */
export { AskForToken } from '../frame/ask-for-token.tsx';
export { Help } from '../frame/help.tsx';
export { Palette } from '../frame/palette.tsx';
export { TimeLine } from '../frame/time-line.tsx';
export { UndoBar } from '../frame/undo-bar.tsx';
export { AccessMatrix } from './access-matrix/access-matrix.tsx';
export { ClockView } from './clock/clock.tsx';
export { Faults } from './faults/faults.tsx';
export { Identities } from './identities/identities.tsx';
export { LeastPrivilegeView } from './least-privilege/least-privilege.tsx';
export { RequestCount } from './requests/count.tsx';
export { Export } from './requests/export.tsx';
export { MoreFilters } from './requests/more-filters.tsx';
export { RequestPanel } from './requests/request-panel.tsx';
export { Worlds } from './worlds/worlds.tsx';
