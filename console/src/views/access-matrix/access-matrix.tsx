import { useEffect, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import { readValue, useLoaded, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { Search } from '../../parts/search.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges } from '../../state/changes.ts';
import { formatChoice, readIdentities } from '../../state/identities.ts';
import { readSummaries } from '../../state/requests.ts';
import { readServices } from '../../state/rulesets.ts';
import { CellPanel } from './cell-panel.tsx';
import { Grid, SIGNS } from './grid.tsx';
import { isDifferent, type Matrix, needsNoRight, readMatrix, SIDES, type Side } from './matrix.ts';
import { OperationList } from './operation-list.tsx';
import { OperationPanel } from './operation-panel.tsx';
import './access-matrix.css';

/** Default service before the first request: it has many rights, and callers of both types. */
const DEFAULT_SERVICE = 'nvcf';

/** Recent requests to search for one that reached a service. */
const MAX_RECENT = 20;

const SIDE_TITLES: Readonly<Record<Side, string>> = {
  rights: 'scopes or permissions',
  roles: 'roles',
  everybody: 'identities',
};

/** Reads the services, and the default: the service of the newest request. */
async function readChoice() {
  const [names, recent] = await Promise.all([readServices(), readSummaries({ limit: MAX_RECENT })]);
  const services = [...recent.flatMap(({ service }) => service ?? []), DEFAULT_SERVICE, ...names];
  return { names, defaultService: services.find((name) => names.includes(name)) };
}

/** The rights that each operation requires, by right, role or identity. */
export function AccessMatrix() {
  const loaded = useLoaded(readChoice, []);
  return (
    <div class="matrix-view">
      <ViewHeader title="Access matrix" />
      <WhenLoaded of={loaded}>
        {({ names, defaultService }) => {
          const service = names.find((name) => name === chosen.value['service']) ?? defaultService;
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
  const { service: chosenService, by, who, with: otherId } = chosen.value;
  // Put the default into the address, which can be shared: the default changes over time.
  useEffect(() => {
    if (chosenService !== service) choose({ service }, false);
  }, [chosenService, service]);
  const side: Side = SIDES.find((one) => one === by) ?? 'rights';
  const identityIds = side === 'everybody' ? [who, otherId].filter((id) => id !== undefined) : [];
  return (
    <>
      <search class="bar" aria-label="What is shown">
        <Choice label="API" name="service" value={service} options={names.map((id) => [id, serviceTitle(id)])} />
        <Choice label="Against" name="by" value={side} options={SIDES.map((id) => [id, SIDE_TITLES[id]])} />
        {side === 'everybody' && <IdentityChoice service={service} who={who} other={otherId} />}
        <Search
          label="Search"
          placeholder="operation, scope …"
          value={chosen.value['text']}
          change={(text) => choose({ text }, false)}
        />
      </search>
      <LoadedMatrix key={`${service} ${side} ${identityIds}`} service={service} side={side} whose={identityIds} />
    </>
  );
}

/** Chooses one identity, or two to compare. */
function IdentityChoice(props: {
  readonly service: string;
  readonly who: string | undefined;
  readonly other: string | undefined;
}) {
  const { service, who = '', other = '' } = props;
  const loaded = useQuery(readIdentities);
  const all = readValue(loaded, []);
  const callers = all.filter(({ id, services }) => services.includes(service) || id === who || id === other);
  const options = (none: string, excluded: string): (readonly [string, string])[] => [
    ['', none],
    ...callers.filter(({ id }) => id !== excluded).map((one) => [one.id, formatChoice(one)] as const),
  ];
  return (
    <>
      <Choice label="Of" name="who" value={who} options={options('all identities', other)} keeps={['with']} />
      {who !== '' && (
        <Choice label="Compared with" name="with" value={other} options={options('none', who)} keeps={['who']} />
      )}
    </>
  );
}

/** A choice stored in the address. Changing it clears the choices that depend on it. */
function Choice(props: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly (readonly [id: string, title: string])[];
  readonly keeps?: readonly string[];
}) {
  const { label, name, value, options, keeps = [] } = props;
  const change = (to: string) => {
    const dependents = ['who', 'with', 'operation', 'cell'].filter((one) => !keeps.includes(one));
    choose({ ...Object.fromEntries(dependents.map((one) => [one, undefined])), [name]: to }, false);
  };
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => change(event.currentTarget.value)}>
        {options.map(([id, title]) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function LoadedMatrix(props: { readonly service: string; readonly side: Side; readonly whose: readonly string[] }) {
  const { service, side, whose } = props;
  const loaded = useLoaded(
    () => readMatrix(service, side, whose),
    side === 'everybody' ? [countChanges('keys', 'clock')] : [],
  );
  return <WhenLoaded of={loaded}>{(matrix) => <FilteredMatrix matrix={matrix} side={side} />}</WhenLoaded>;
}

function FilteredMatrix({ matrix, side }: { readonly matrix: Matrix; readonly side: Side }) {
  const { text = '', who, with: other, differ, operation, cell, free } = chosen.value;
  const { ruleset } = matrix;
  const isNarrow = useIsNarrow();
  const query = text.toLowerCase();
  const columns = who === undefined ? matrix.columns : matrix.columns.filter(({ id }) => id === who || id === other);
  const isCompared = columns.length === 2 && other !== undefined;
  const rows = matrix.rows.filter((row) => {
    const {
      operation: { id },
      rule,
    } = row;
    if (operation !== undefined) return id === operation;
    if (isCompared && differ === 'yes' && !isDifferent(matrix, row, columns)) return false;
    const needs = [...(rule?.needs.all ?? []), ...(rule?.needs.any ?? [])].join(' ');
    return `${id} ${rule?.label} ${needs}`.toLowerCase().includes(query);
  });
  const [cellOperation, cellColumn] = (cell ?? '').split('~');
  const row = matrix.rows.find((one) => one.operation.id === cellOperation);
  const column = matrix.columns.find(({ id }) => id === cellColumn);
  const rowsWithoutNeeds = rows.filter(needsNoRight);
  const isSearching = query !== '' || operation !== undefined;
  const isFoldable =
    side !== 'everybody' && !isSearching && rowsWithoutNeeds.length > 0 && rowsWithoutNeeds.length < rows.length;
  const isUnfolded = free === 'yes' || (row !== undefined && needsNoRight(row));
  const folded = isFoldable ? { count: rowsWithoutNeeds.length, isOpen: isUnfolded } : null;
  const visibleRows = isFoldable
    ? [...(isUnfolded ? rowsWithoutNeeds : []), ...rows.filter((one) => !needsNoRight(one))]
    : rows;
  return (
    <>
      <div class="bar">
        <output class="quiet">
          {serviceTitle(ruleset.service)}
          {ruleset.profile !== null && ` (${ruleset.profile})`}: {rows.length} of {matrix.rows.length} operations
          {isCompared && `, ${rows.filter((one) => isDifferent(matrix, one, columns)).length} of them different`}
        </output>
        {isCompared && (
          <label class="tick">
            <input
              type="checkbox"
              checked={differ === 'yes'}
              onChange={({ currentTarget }) => choose({ differ: currentTarget.checked ? 'yes' : undefined }, false)}
            />
            Only differences
          </label>
        )}
        {(who !== undefined || operation !== undefined) && (
          <button
            type="button"
            onClick={() => choose({ who: undefined, with: undefined, operation: undefined }, false)}
          >
            Show all
          </button>
        )}
      </div>
      {side === 'everybody' && matrix.columns.length === 0 && (
        <p class="fault">No such identity can call {serviceTitle(ruleset.service)}.</p>
      )}
      {rows.length === 0 && <p class="nothing">No operation matches.</p>}
      <div class={row === undefined ? 'two' : 'two opened'}>
        {isNarrow ? (
          <OperationList matrix={matrix} rows={visibleRows} folded={folded} columns={columns} side={side} />
        ) : (
          <Grid
            matrix={matrix}
            rows={visibleRows}
            folded={folded}
            columns={columns}
            isCompared={isCompared}
            side={side}
          />
        )}
        {row !== undefined &&
          (column === undefined ? (
            <OperationPanel key={cell} ruleset={ruleset} row={row} />
          ) : (
            <CellPanel
              key={cell}
              ruleset={ruleset}
              row={row}
              column={column}
              cell={matrix.cellOf(row, column)}
              side={side}
            />
          ))}
      </div>
      {!isNarrow && <Legend side={side} />}
    </>
  );
}

/** The width of a phone, as in the style sheet. */
const NARROW = '(max-width: 48rem)';

function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = () => setNarrow(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return isNarrow;
}

function Legend({ side }: { readonly side: Side }) {
  const signs =
    side === 'rights'
      ? ([
          ['all', 'needed'],
          ['any', 'one of these is needed'],
          ['free', 'no right is needed'],
        ] as const)
      : ([
          ['allow', 'allowed'],
          ['deny', 'refused'],
        ] as const);
  return (
    <ul class="legend" aria-label="Legend">
      {signs.map(([sign, text]) => (
        <li key={sign}>
          <b class={sign}>{SIGNS[sign]}</b> {text}
        </li>
      ))}
      <li>
        <i class="unsure">dotted</i> implied, observed or inferred
      </li>
      <li>
        <i class="doubtful">double</i> contradicted (the documentation says two things; the mock follows one) or ours
        (no source at all)
      </li>
      <li class="quiet">everything else is documented; open a cell for its source</li>
    </ul>
  );
}
