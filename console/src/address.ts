import { computed, signal } from '@preact/signals';

/** Where the page is: a view, and what is chosen in it. The whole of it is in the address, which can be shared. */
export interface Place {
  readonly view: string;
  readonly chosen: Readonly<Record<string, string>>;
}

/** Former names of views in addresses, which people have kept. */
const FORMER = new Map([
  ['live', 'requests'],
  ['journal', 'requests'],
  ['time', 'clock'],
  ['who', 'identities'],
  ['law', 'access-matrix'],
]);

function read(hash: string): Place {
  const [view = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  // Also a former name, of a view that is now a part of another one.
  if (view === 'snapshots') return { view: 'worlds', chosen: { part: view } };
  const { verify, ...choice } = Object.fromEntries(new URLSearchParams(query));
  return { view: FORMER.get(view) ?? view, chosen: verify === 'yes' ? { tool: 'verify', ...choice } : choice };
}

const current = signal(read(location.hash));
addEventListener('hashchange', () => {
  current.value = read(location.hash);
});

export const view = computed(() => current.value.view);
export const chosen = computed(() => current.value.chosen);

/** The address of a view with something chosen in it; what is empty is left out. */
export function addressOfView(name: string, choice: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(choice)) if (value) query.set(key, value);
  const text = query.toString();
  return `#/${name}${text === '' ? '' : `?${text}`}`;
}

/** The address of a view in the navigation. For Requests it is empty, which opens the newest refusal. */
export function addressTo(name: string): string {
  return addressOfView(name === 'requests' ? '' : name);
}

/** Changes what is chosen in the view, beside what is chosen already. @param isStep can it be undone by going back? */
export function choose(choice: Readonly<Record<string, string | undefined>>, isStep = true): void {
  // Without a name, the address shows the first view.
  const address = addressOfView(current.value.view || 'requests', { ...current.value.chosen, ...choice });
  if (isStep) location.hash = address;
  else history.replaceState(null, '', address);
  current.value = read(address);
}

/** The address of the view without what is chosen in it, for another world. */
export function sameView(): string {
  return location.hash.split('?')[0] ?? '';
}

/** Goes to an address as a link does, and at once: whatever reads where the page is does not see the former place again. */
export function go(address: string): void {
  location.href = address;
  current.value = read(address);
}
