import { addressOfView, choose, chosen, go } from '../../address.ts';
import { useFocusKept } from '../../parts/focus.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Search } from '../../parts/search.tsx';
import { changesOf } from '../../state/changes.ts';
import { type Identity, readIdentities } from '../../state/identities.ts';
import { madeTexts } from '../../state/keys.ts';
import { IdentityPanel } from './identity.tsx';
import { KeyForm } from './key-form.tsx';
import './identities.css';

/** Everybody who can call, with their credentials, and the keys that can be made and edited. */
export function Identities() {
  const loaded = useLoaded(readIdentities, [changesOf('keys'), madeTexts.value]);
  return <WhenLoaded of={loaded}>{(everybody) => <Found everybody={everybody} />}</WhenLoaded>;
}

/** So many are shown; who is sought among more narrows the list. */
const MOST = 200;

function Found({ everybody }: { readonly everybody: readonly Identity[] }) {
  const { text = '', who, make, edit } = chosen.value;
  const list = useFocusKept<HTMLUListElement>();
  const sought = text.toLowerCase();
  const found = everybody.filter(({ id, name, kind, services, holds }) =>
    `${id} ${name} ${kind} ${services.join(' ')} ${holds}`.toLowerCase().includes(sought),
  );
  const person = everybody.find(({ id }) => id === who);
  const isForm = make !== undefined || edit !== undefined;
  const isOpen = who !== undefined || make !== undefined;
  return (
    <div class={`two${isOpen ? ' opened' : ''}${isForm ? ' wide' : ''}`}>
      <section class="first" aria-label="Everybody">
        <search class="bar">
          <Search
            label="Search"
            placeholder="name, role, scope …"
            value={chosen.value['text']}
            change={(text) => choose({ text }, false)}
          />
          <a class="button" href={addressOfView('identities', { make: 'service' })}>
            Make a key
          </a>
          <output class="quiet">
            {found.length} of {everybody.length}
          </output>
        </search>
        <ul ref={list} class="people" tabIndex={-1}>
          {found.slice(0, MOST).map(({ id, name, kind, services, holds }) => (
            <li key={id}>
              <a href={addressOfView('identities', { text, who: id })} aria-current={id === who ? 'true' : undefined}>
                <strong>{name}</strong>
                <span class="quiet">
                  {kind}, {services.join(', ') || 'no service'}
                </span>
                <span class="holds">{holds}</span>
              </a>
            </li>
          ))}
        </ul>
        {everybody.length === 0 ? (
          <p class="nothing">Nobody is in this world yet. Make a key, or start the server with a seed.</p>
        ) : (
          found.length === 0 && <p class="nothing">Nobody is like this.</p>
        )}
        {found.length > MOST && <p class="nothing quiet">{found.length - MOST} more: search for them.</p>}
      </section>
      {isOpen && (
        <Panel
          key={make === undefined ? `${who} ${edit}` : 'new'}
          label={make === undefined ? 'Who it is' : 'New key'}
          onClose={() => {
            go(addressOfView('identities', { text }));
          }}
        >
          {make !== undefined ? (
            <KeyForm key={JSON.stringify(chosen.value)} edited={null} />
          ) : person === undefined ? (
            <p class="fault">Nobody in this world has the id {who} any more.</p>
          ) : edit !== undefined && person.key !== undefined ? (
            <KeyForm key={`edit ${person.id}`} edited={person.key} />
          ) : (
            <IdentityPanel key={person.id} person={person} />
          )}
        </Panel>
      )}
    </div>
  );
}
