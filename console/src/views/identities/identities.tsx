import { addressOfView, choices, choose, go } from '../../address.ts';
import { useKeepFocus } from '../../parts/focus.ts';
import { FilterSelect, Search } from '../../parts/form.tsx';
import { shortenIds } from '../../parts/id.tsx';
import { readValue, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { titleOfService } from '../../parts/service.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { type Identity, isKeptToBeRefused, readIdentities } from '../../state/identities.ts';
import { IdentityPanel, useBinding } from './identity.tsx';
import { KeyForm } from './key-form.tsx';
import './identities.css';

/** All identities with their credentials, and forms that create and edit keys. */
export function Identities() {
  const loaded = useQuery(readIdentities);
  const identities = readValue(loaded, null);
  const { text, who: identityId, make, edit, api, kind } = choices.value;
  const found = filterIdentities(identities ?? []);
  const isFormOpen = make !== undefined || edit !== undefined;
  const isOpen = identityId !== undefined || make !== undefined;
  const filters = { text, api, kind };
  return (
    <div class={`two${isOpen ? ' opened' : ''}${isFormOpen ? ' wide' : ''}`}>
      <ViewHeader
        title="Identities"
        count={identities === null ? undefined : found.length}
        total={identities?.length ?? 0}
      >
        <a class="button main" href={addressOfView('identities', { ...filters, make: 'service' })}>
          Create a key
        </a>
      </ViewHeader>
      <search class="bar one-row">
        <Search
          label="Search"
          placeholder="name, role, scope …"
          value={text}
          change={(query) => choose({ text: query }, false)}
        />
        <FilterSelect
          label="API"
          anyLabel="any API"
          value={api}
          values={identities?.flatMap(({ services }) => services)}
          titleOf={titleOfService}
          change={(value) => choose({ api: value }, false)}
        />
        <FilterSelect
          label="Kind"
          anyLabel="any kind"
          value={kind}
          values={identities?.map((identity) => identity.kind)}
          change={(value) => choose({ kind: value }, false)}
        />
      </search>
      <section class="first" aria-label="All identities">
        <WhenLoaded loaded={loaded}>
          {(all) => <IdentityList found={found} isEmpty={all.length === 0} filters={filters} />}
        </WhenLoaded>
      </section>
      {isOpen && (
        <Panel
          // A new key resets the panel when another identity or form is shown.
          key={make === undefined ? `${identityId} ${edit}` : 'new'}
          label={make === undefined ? 'Identity' : 'New key'}
          onClose={() => go(addressOfView('identities', filters))}
        >
          {make !== undefined ? (
            // A new key resets the form when its initial values, which are in the address, change.
            <KeyForm key={JSON.stringify(choices.value)} edited={null} />
          ) : (
            <WhenLoaded loaded={loaded}>
              {(all) => <IdentityDetails identity={all.find(({ id }) => id === identityId)} />}
            </WhenLoaded>
          )}
        </Panel>
      )}
    </div>
  );
}

function filterIdentities(identities: readonly Identity[]): readonly Identity[] {
  const { text = '', api: service, kind } = choices.value;
  const query = text.toLowerCase();
  return identities.filter(
    (identity) =>
      (service === undefined || identity.services.includes(service)) &&
      (kind === undefined || identity.kind === kind) &&
      `${identity.id} ${identity.name} ${identity.kind} ${identity.services.join(' ')} ${identity.rights} ${identity.binding}`
        .toLowerCase()
        .includes(query),
  );
}

/** The details of an identity, or the form for its key. The key resets them for another identity. */
function IdentityDetails({ identity }: { readonly identity: Identity | undefined }) {
  const { who, edit } = choices.value;
  if (identity === undefined) return <p class="fault">No identity in this world has the id {who} any more.</p>;
  if (edit !== undefined && identity.key !== undefined) return <KeyForm key={identity.id} edited={identity.key} />;
  return <IdentityPanel key={identity.id} identity={identity} />;
}

/** Maximum number of identities shown. Search finds the rest. */
const MAX_SHOWN = 200;

/**
 * Groups identities by service and kind, in order of appearance. An identity with several services is in the group of
 * the first; those that are there to be refused come last.
 */
function groupIdentities(all: readonly Identity[]): ReadonlyMap<string, readonly Identity[]> {
  const groups = Map.groupBy(
    all.filter((identity) => !isKeptToBeRefused(identity)),
    ({ services: [service = ''], kind }) => `${titleOfService(service) || 'No API'}: ${kind}s`,
  );
  return groups.set(REFUSED, all.filter(isKeptToBeRefused));
}

const REFUSED = 'Keys that are refused';

function IdentityList(props: {
  readonly found: readonly Identity[];
  /** Whether the world has no identities at all. */
  readonly isEmpty: boolean;
  readonly filters: Readonly<Record<string, string | undefined>>;
}) {
  const { found, isEmpty, filters } = props;
  const list = useKeepFocus<HTMLDivElement>();
  const chosen = choices.value['who'];
  const groups = [...groupIdentities(found.slice(0, MAX_SHOWN))].filter(([, members]) => members.length > 0);
  return (
    <>
      <div ref={list} class="entries people" tabIndex={-1}>
        {found.length > 0 && (
          <div class="headings" aria-hidden="true">
            <span>Name</span>
            <span>Roles or scopes</span>
            <span>Bound to</span>
          </div>
        )}
        {groups.map(([title, members]) => {
          const entries = (
            <ul>
              {members.map((identity) => (
                <Entry key={identity.id} identity={identity} filters={filters} />
              ))}
            </ul>
          );
          return (
            <section key={title} aria-label={title}>
              {title === REFUSED ? (
                // Open if it has all that was found, or what was chosen.
                <details open={groups.length === 1 || members.some(({ id }) => id === chosen)}>
                  <summary>
                    {title} <span class="count">{members.length}</span>
                  </summary>
                  {entries}
                </details>
              ) : (
                <>
                  <h2>{title}</h2>
                  {entries}
                </>
              )}
            </section>
          );
        })}
      </div>
      {isEmpty ? (
        <p class="nothing">This world has no identities yet. Create a key, or start the server with a seed.</p>
      ) : (
        found.length === 0 && <p class="nothing">No identity matches.</p>
      )}
      {found.length > MAX_SHOWN && <p class="nothing quiet">{found.length - MAX_SHOWN} more: search for them.</p>}
    </>
  );
}

function Entry(props: { readonly identity: Identity; readonly filters: Readonly<Record<string, string | undefined>> }) {
  const { id, name, services, rights } = props.identity;
  const binding = useBinding(props.identity);
  return (
    <li>
      <a
        data-entry
        href={addressOfView('identities', { ...props.filters, who: id })}
        aria-current={id === choices.value['who'] ? 'true' : undefined}
      >
        <strong>{name}</strong>
        <span class="holds" title={rights}>
          {services.length > 1 && `also ${services.slice(1).map(titleOfService).join(', ')}; `}
          {rights}
        </span>
        <span class="holds" title={binding}>
          {binding !== undefined && (
            <>
              <span class="unseen">bound to </span>
              {shortenIds(binding)}
            </>
          )}
        </span>
      </a>
    </li>
  );
}
