import { computed, signal } from '@preact/signals';

/** A view and the choices made in it. All of it is in the URL, so it can be shared. */
export interface ViewLocation {
  readonly view: string;
  readonly chosen: Readonly<Record<string, string>>;
}

/** Former view names, kept because people bookmarked them. */
const FORMER_VIEWS = new Map([
  ['live', 'requests'],
  ['journal', 'requests'],
  ['time', 'clock'],
  ['who', 'identities'],
  ['law', 'access-matrix'],
]);

function read(hash: string): ViewLocation {
  const [view = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  // Former view, now part of Worlds.
  if (view === 'snapshots') return { view: 'worlds', chosen: { part: view } };
  const { verify, ...choice } = Object.fromEntries(new URLSearchParams(query));
  return { view: FORMER_VIEWS.get(view) ?? view, chosen: verify === 'yes' ? { tool: 'verify', ...choice } : choice };
}

const current = signal(read(location.hash));
addEventListener('hashchange', () => {
  current.value = read(location.hash);
});

export const view = computed(() => current.value.view);
export const chosen = computed(() => current.value.chosen);

/** Returns the address of a view with these choices. Empty values are left out. */
export function addressOfView(name: string, choice: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(choice)) if (value) query.set(key, value);
  const text = query.toString();
  return `#/${name}${text === '' ? '' : `?${text}`}`;
}

/** Returns the address of a view for the navigation. Empty for Requests, which then opens the newest refusal. */
export function addressTo(name: string): string {
  return addressOfView(name === 'requests' ? '' : name);
}

/** Changes some choices and keeps the rest. @param isStep whether the back button can undo it */
export function choose(choice: Readonly<Record<string, string | undefined>>, isStep = true): void {
  // An address without a view name shows Requests.
  const address = addressOfView(current.value.view || 'requests', { ...current.value.chosen, ...choice });
  if (isStep) location.hash = address;
  else history.replaceState(null, '', address);
  current.value = read(address);
}

/** Returns the address of this view without its choices, for use in another world. */
export function sameView(): string {
  return location.hash.split('?')[0] ?? '';
}

/** Follows an address like a link, but updates the signals immediately, so that no reader sees the old place. */
export function go(address: string): void {
  location.href = address;
  current.value = read(address);
}
