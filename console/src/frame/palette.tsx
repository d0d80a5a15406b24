import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, go, navigationAddressOf } from '../address.ts';
import { Dialog } from '../parts/dialog.tsx';
import { readValue, useLoaded } from '../parts/loaded.tsx';
import { titleOfService } from '../parts/service.ts';
import { readIdentities } from '../state/identities.ts';
import { readListedOperations } from '../state/operations.ts';
import { formatAddress, requests } from '../state/requests.ts';
import { VIEWS } from '../views/index.ts';
import { closeDialog } from './shortcuts.tsx';

/** The groups in display order. Enter opens the first match. */
const GROUPS = ['Actions', 'Views', 'Operations', 'Identities', 'Requests'] as const;

/** An action, a view or an object, which has an address in the console. */
interface Target {
  readonly group: (typeof GROUPS)[number];
  readonly text: string;
  /** Distinguishes targets with the same name: a kind, or a method and a path. */
  readonly note: string;
  readonly address: string;
  /** Further text to match, such as an id. */
  readonly searchText?: string;
}

const MAX_PER_GROUP = 6;

/** Finds any action, view, operation, identity, key or request by part of its name. */
export function Palette() {
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const loaded = useLoaded(readTargets, []);
  useEffect(() => input.current?.focus(), []);
  const targets = [...ACTIONS, ...VIEW_TARGETS, ...readValue(loaded, []), ...listRequestTargets()];
  const found = findTargets(targets, text);
  const chosen = found[Math.min(index, found.length - 1)];
  const open = (target: Target | undefined) => {
    if (target === undefined) return;
    closeDialog();
    go(target.address);
    document.getElementById('content')?.focus();
  };
  return (
    <Dialog label="Go to" class="go" onClose={closeDialog}>
      <input
        ref={input}
        class="palette"
        role="combobox"
        aria-label="Go to"
        aria-expanded="true"
        aria-controls="targets"
        aria-activedescendant={chosen === undefined ? undefined : `target-${found.indexOf(chosen)}`}
        placeholder="action, view, operation, identity, request id …"
        autocomplete="off"
        maxLength={200}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={(event) => {
          const offset = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (offset !== undefined) setIndex(Math.max(0, Math.min(found.length - 1, index + offset)));
          else if (event.key === 'Enter') open(chosen);
          else return;
          event.preventDefault();
        }}
      />
      <div id="targets" role="listbox" aria-label="Found">
        {found.map((target, position) => (
          <Fragment key={`${target.group} ${target.address}`}>
            {target.group !== found[position - 1]?.group && <div class="group">{target.group}</div>}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys, as a combobox does */}
            <div
              id={`target-${position}`}
              role="option"
              tabIndex={-1}
              aria-selected={target === chosen}
              onClick={() => open(target)}
            >
              <span>{target.text}</span> <small class="quiet">{target.note}</small>
            </div>
          </Fragment>
        ))}
      </div>
      {found.length === 0 && <p class="quiet">No matches.</p>}
    </Dialog>
  );
}

const ACTIONS = (
  [
    ['Move the clock', addressOfView('clock')],
    ['Create a key', addressOfView('identities', { make: 'service' })],
    ['Fault the next token request', addressOfView('faults', { make: 'yes', which: 'tokens' })],
    ['Create a world', addressOfView('worlds', { make: 'yes' })],
    ['Take a snapshot', addressOfView('worlds', { part: 'snapshots' })],
  ] as const
).map(([text, address]): Target => ({ group: 'Actions', text, note: '', address }));

const VIEW_TARGETS = VIEWS.map(
  ({ name, title: text }): Target => ({ group: 'Views', text, note: '', address: navigationAddressOf(name) }),
);

async function readTargets(): Promise<readonly Target[]> {
  const [identities, operations] = await Promise.all([readIdentities(), readListedOperations()]);
  return [
    ...operations.map(
      ({ service, id, title, route }): Target => ({
        group: 'Operations',
        text: title,
        note: `${id} · ${route || titleOfService(service)}`,
        searchText: `${id} ${route}`,
        address: addressOfView('operations', { service, operation: id }),
      }),
    ),
    ...identities.map(
      ({ id, name, kind }): Target => ({
        group: 'Identities',
        text: name,
        note: kind,
        searchText: id,
        address: addressOfView('identities', { who: id }),
      }),
    ),
  ];
}

function listRequestTargets(): readonly Target[] {
  return requests.value.map(
    (request): Target => ({
      group: 'Requests',
      text: `${request.method} ${formatAddress(request)}`,
      note: String(request.status ?? 'broken'),
      searchText: request.id,
      address: addressOfView('requests', { request: request.id }),
    }),
  );
}

/**
 * Returns the matching targets by group, prefix matches first. A view with exactly this name comes first,
 * although its group does not.
 */
function findTargets(targets: readonly Target[], text: string): readonly Target[] {
  const query = text.trim().toLowerCase();
  const exactViews = targets.filter(({ group, text: name }) => group === 'Views' && name.toLowerCase() === query);
  const grouped = GROUPS.flatMap((group) => {
    const starting: Target[] = [];
    const containing: Target[] = [];
    for (const target of targets) {
      if (target.group !== group) continue;
      const names = [target.text, target.searchText ?? ''].map((name) => name.toLowerCase());
      if (names.some((name) => name.startsWith(query))) starting.push(target);
      else if (names.some((name) => name.includes(query))) containing.push(target);
      if (starting.length >= MAX_PER_GROUP) break;
    }
    return [...starting, ...containing].slice(0, MAX_PER_GROUP);
  });
  return [...new Set([...exactViews, ...grouped])];
}
