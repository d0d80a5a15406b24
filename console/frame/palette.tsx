import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, go } from '../address.ts';
import { readValue, useLoaded } from '../parts/loaded.tsx';
import { serviceTitle } from '../parts/service.ts';
import { readIdentities } from '../state/identities.ts';
import { addressIn, requests } from '../state/requests.ts';
import { readServices, rulesetOf } from '../state/rulesets.ts';
import { VIEWS } from '../views/index.ts';
import { Dialog } from './dialog.tsx';
import { opened } from './shortcuts.tsx';

/** Somewhere to go. */
interface Target {
  readonly kind: string;
  readonly text: string;
  readonly address: string;
  /** Also found by it, such as an id. */
  readonly also?: string;
}

const MOST_SHOWN = 12;

/** Goes to any view, operation, identity, key or request, by a part of its name. */
export function Palette() {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const read = useLoaded(readTargets, []);
  useEffect(() => input.current?.focus(), []);
  const targets = [...VIEW_TARGETS, ...readValue(read, []), ...requestTargets()];
  const found = fitting(targets, text);
  const chosen = found[Math.min(at, found.length - 1)];
  const close = () => {
    opened.value = null;
  };
  const open = (target: Target | undefined) => {
    if (target === undefined) return;
    close();
    go(target.address);
    document.getElementById('content')?.focus();
  };
  return (
    <Dialog label="Go to" onClose={close}>
      <input
        ref={input}
        class="palette"
        role="combobox"
        aria-label="Go to"
        aria-expanded="true"
        aria-controls="targets"
        aria-activedescendant={chosen === undefined ? undefined : `target-${found.indexOf(chosen)}`}
        placeholder="operation, identity, key, request id, view …"
        autocomplete="off"
        maxLength={200}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by !== undefined) setAt(Math.max(0, Math.min(found.length - 1, at + by)));
          else if (event.key === 'Enter') open(chosen);
          else return;
          event.preventDefault();
        }}
      />
      <div id="targets" role="listbox" aria-label="Found">
        {found.map((target, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys, as a combobox does
          <div
            key={target.address}
            id={`target-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={target === chosen}
            onClick={() => open(target)}
          >
            <span class="long">{target.text}</span> <small class="quiet">{target.kind}</small>
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="quiet">Nothing has this name.</p>}
    </Dialog>
  );
}

const VIEW_TARGETS: readonly Target[] = VIEWS.map(({ name, title }) => ({
  kind: 'view',
  text: title,
  address: addressOfView(name),
}));

async function readTargets(): Promise<readonly Target[]> {
  const [identities, services] = await Promise.all([readIdentities(), readServices()]);
  const rulesets = await Promise.all(services.map(rulesetOf));
  return [
    ...identities.map(({ id, name, kind }) => ({
      kind,
      text: name,
      also: id,
      address: addressOfView('identities', { who: id }),
    })),
    ...rulesets.flatMap(({ service, operations }) =>
      operations.map(({ id }) => ({
        kind: `operation of ${serviceTitle(service)}`,
        text: id,
        address: addressOfView('access-matrix', { service, text: id }),
      })),
    ),
  ];
}

function requestTargets(): readonly Target[] {
  return requests.value.map((request) => ({
    kind: `request, ${request.status ?? 'broken'}`,
    text: `${request.method} ${addressIn(request)}`,
    also: request.id,
    address: addressOfView('requests', { request: request.id }),
  }));
}

/** What begins with the text comes before what has it elsewhere. */
function fitting(targets: readonly Target[], text: string): readonly Target[] {
  const wanted = text.trim().toLowerCase();
  const starting: Target[] = [];
  const containing: Target[] = [];
  for (const target of targets) {
    const name = target.text.toLowerCase();
    if (name.startsWith(wanted) || target.also?.toLowerCase().startsWith(wanted)) starting.push(target);
    else if (name.includes(wanted)) containing.push(target);
    if (starting.length >= MOST_SHOWN) break;
  }
  return [...starting, ...containing].slice(0, MOST_SHOWN);
}
