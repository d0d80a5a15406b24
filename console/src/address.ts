import { computed, signal } from '@preact/signals';

/** A view and the choices made in it are in the fragment of the URL, which can be shared. */
function parseHash(hash: string) {
  const [view = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const choices: Readonly<Record<string, string>> = Object.fromEntries(new URLSearchParams(query));
  return { view, choices };
}

const current = signal(parseHash(location.hash));
addEventListener('hashchange', () => {
  current.value = parseHash(location.hash);
});

/** The name of the current view; empty without a view name. */
export const view = computed(() => current.value.view);
export const choices = computed(() => current.value.choices);

/** Returns the address of a view with these choices. Empty values are left out. */
export function addressOfView(name: string, choice: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(choice)) if (value) query.set(key, value);
  const text = query.toString();
  return `#/${name}${text === '' ? '' : `?${text}`}`;
}

/** Returns the address of a view for the navigation. Requests has no view name there, so that it opens the newest refusal. */
export function navigationAddressOf(name: string): string {
  return addressOfView(name === 'requests' ? '' : name);
}

/**
 * Changes some choices of the current view and keeps the rest.
 *
 * @param isStep whether the change is a step of the browser's history, which the back button undoes
 */
export function choose(choice: Readonly<Record<string, string | undefined>>, isStep = true): void {
  // A link was followed, whose `hashchange` is still to come: the choice is of the view before.
  if (parseHash(location.hash).view !== current.value.view) return;
  // An address without a view name shows Requests.
  const address = addressOfView(current.value.view || 'requests', { ...current.value.choices, ...choice });
  if (isStep) location.hash = address;
  else history.replaceState(null, '', address);
  current.value = parseHash(address);
}

/** Returns the address of the current view without its choices, which do not apply to a different world. */
export function currentViewAddress(): string {
  return location.hash.split('?')[0] ?? '';
}

/**
 * Returns a function like `go` for the end of an action, which does nothing if the user has gone elsewhere meanwhile.
 *
 * @param names the choices that the action began with; others, such as filters, may change
 */
export function goLater(...names: readonly string[]): (address: string) => void {
  const findPlace = () => JSON.stringify([view.value || 'requests', ...names.map((name) => choices.value[name])]);
  const start = findPlace();
  return (address) => {
    if (findPlace() === start) go(address);
  };
}

/** Follows an address like a link, but updates the signals immediately instead of after `hashchange`. */
export function go(address: string): void {
  location.href = address;
  current.value = parseHash(address);
}
