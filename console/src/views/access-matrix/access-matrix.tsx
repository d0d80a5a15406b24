import { useEffect } from 'preact/hooks';
import { choices, choose } from '../../address.ts';
import { handleValue } from '../../parts/handlers.ts';
import { readValue, useLoaded, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { createOptions, type SelectOption } from '../../parts/options.tsx';
import { Search } from '../../parts/search.tsx';
import { titleOfService } from '../../parts/service.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges } from '../../state/changes.ts';
import { formatChoice, readIdentities } from '../../state/identities.ts';
import { readSummaries } from '../../state/requests.ts';
import { readServices } from '../../state/rulesets.ts';

import { FilteredMatrix } from './filtered-matrix.tsx';
import { COLUMN_KINDS, type ColumnKind, readMatrix } from './matrix.ts';
import './access-matrix.css';

/** The default service before the first request. It has many rights, and callers of both key types. */
const DEFAULT_SERVICE = 'nvcf';

/** The number of the newest requests in which the default service is searched. */
const MAX_RECENT = 20;

const COLUMN_KIND_TITLES: Readonly<Record<ColumnKind, string>> = {
  rights: 'scopes or permissions',
  roles: 'roles',
  everybody: 'identities',
};

/** Reads the names of the services, and the service of the newest request, which is the default. */
async function readServiceChoice() {
  const [names, recent] = await Promise.all([readServices(), readSummaries({ limit: MAX_RECENT })]);
  const services = [...recent.flatMap(({ service }) => service ?? []), DEFAULT_SERVICE, ...names];
  return { names, defaultService: services.find((name) => names.includes(name)) };
}

/** The rights that each operation requires, by right, role or identity. */
export function AccessMatrix() {
  const loaded = useLoaded(readServiceChoice, []);
  return (
    <div class="matrix-view">
      <ViewHeader title="Access matrix" />
      <WhenLoaded loaded={loaded}>
        {({ names, defaultService }) => {
          const service = names.find((name) => name === choices.value['service']) ?? defaultService;
          return service === undefined ? (
            <p class="nothing">This server has no services.</p>
          ) : (
            <ServiceMatrix service={service} names={names} />
          );
        }}
      </WhenLoaded>
    </div>
  );
}

function ServiceMatrix({ service, names }: { readonly service: string; readonly names: readonly string[] }) {
  const { service: chosenService, by, who: identityId, with: comparedId } = choices.value;
  // Put the default into the address, which can be shared: the default changes over time.
  useEffect(() => {
    if (chosenService !== service) choose({ service }, false);
  }, [chosenService, service]);
  const columnKind: ColumnKind = COLUMN_KINDS.find((kind) => kind === by) ?? 'rights';
  const identityIds = columnKind === 'everybody' ? [identityId, comparedId].filter((id) => id !== undefined) : [];
  return (
    <>
      <search class="bar" aria-label="What is shown">
        <Choice label="API" name="service" value={service} options={names.map((id) => [id, titleOfService(id)])} />
        <Choice
          label="Against"
          name="by"
          value={columnKind}
          options={COLUMN_KINDS.map((id) => [id, COLUMN_KIND_TITLES[id]])}
        />
        {columnKind === 'everybody' && (
          <IdentityChoice service={service} identityId={identityId} comparedId={comparedId} />
        )}
        <Search
          label="Search"
          placeholder="operation, scope …"
          value={choices.value['text']}
          change={(text) => choose({ text }, false)}
        />
      </search>
      <LoadedMatrix
        key={`${service} ${columnKind} ${identityIds}`}
        service={service}
        columnKind={columnKind}
        identityIds={identityIds}
      />
    </>
  );
}

/** Chooses one identity, or two to compare. */
function IdentityChoice(props: {
  readonly service: string;
  readonly identityId: string | undefined;
  readonly comparedId: string | undefined;
}) {
  const { service, identityId = '', comparedId = '' } = props;
  const loaded = useQuery(readIdentities);
  const all = readValue(loaded, []);
  const callers = all.filter(
    ({ id, services }) => services.includes(service) || id === identityId || id === comparedId,
  );
  const listOptions = (noneLabel: string, excludedId: string): readonly SelectOption[] => [
    ['', noneLabel],
    ...callers.filter(({ id }) => id !== excludedId).map((caller) => [caller.id, formatChoice(caller)] as const),
  ];
  return (
    <>
      <Choice
        label="Of"
        name="who"
        value={identityId}
        options={listOptions('all identities', comparedId)}
        keptChoices={['with']}
      />
      {identityId !== '' && (
        <Choice
          label="Compared with"
          name="with"
          value={comparedId}
          options={listOptions('none', identityId)}
          keptChoices={['who']}
        />
      )}
    </>
  );
}

/** A choice stored in the address. Changing it clears the choices that depend on it. */
function Choice(props: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly SelectOption[];
  /** Other choices that stay. */
  readonly keptChoices?: readonly string[];
}) {
  const { label, name, value, options, keptChoices = [] } = props;
  const change = (newValue: string) => {
    const dependents = ['who', 'with', 'operation', 'cell'].filter((dependent) => !keptChoices.includes(dependent));
    choose({ ...Object.fromEntries(dependents.map((dependent) => [dependent, undefined])), [name]: newValue }, false);
  };
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={handleValue(change)}>
        {createOptions(options)}
      </select>
    </label>
  );
}

/** Reads the matrix. The matrix of identities is read again when keys or the clock change. */
function LoadedMatrix(props: {
  readonly service: string;
  readonly columnKind: ColumnKind;
  readonly identityIds: readonly string[];
}) {
  const { service, columnKind, identityIds } = props;
  const loaded = useLoaded(
    () => readMatrix(service, columnKind, identityIds),
    columnKind === 'everybody' ? [countChanges('keys', 'clock')] : [],
  );
  return (
    <WhenLoaded loaded={loaded}>{(matrix) => <FilteredMatrix matrix={matrix} columnKind={columnKind} />}</WhenLoaded>
  );
}
