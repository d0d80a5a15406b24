import { choose, chosen } from '../../address.ts';
import { download } from '../../parts/download.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Search } from '../../parts/search.tsx';
import { changesOf } from '../../state/changes.ts';
import { readServices } from '../../state/rulesets.ts';
import { CellPanel } from './cell-panel.tsx';
import { Grid } from './grid.tsx';
import { csvOf, type Matrix, readMatrix, SIDES, type Side } from './matrix.ts';
import './access-matrix.css';

/** What each operation demands: against rights, against roles, or against everybody who can call. */
export function AccessMatrix() {
  const services = useLoaded(readServices, []);
  return (
    <WhenLoaded of={services}>
      {(names) => {
        const service = names.find((name) => name === chosen.value['service']) ?? names[0];
        return service === undefined ? (
          <p class="nothing">This server has no service.</p>
        ) : (
          <Ruleset service={service} names={names} />
        );
      }}
    </WhenLoaded>
  );
}

function Ruleset({ service, names }: { readonly service: string; readonly names: readonly string[] }) {
  const { by, who } = chosen.value;
  const side: Side = SIDES.find((one) => one === by) ?? 'rights';
  return (
    <div class="matrix-view">
      <search class="bar" aria-label="What is shown">
        <Choice label="Service" name="service" value={service} options={names} />
        <Choice label="Against" name="by" value={side} options={SIDES} />
        <Search
          label="Search"
          placeholder="operation, scope …"
          value={chosen.value['text']}
          change={(text) => choose({ text }, false)}
        />
        <button
          type="button"
          aria-pressed={chosen.value['turned'] === 'yes'}
          onClick={() => choose({ turned: chosen.value['turned'] === 'yes' ? undefined : 'yes' }, false)}
        >
          Transpose
        </button>
      </search>
      <Shown key={`${service} ${side} ${who}`} service={service} side={side} who={who} />
    </div>
  );
}

/** A choice that is in the address; another one forgets what was chosen within. */
function Choice(props: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly string[];
}) {
  const { label, name, value, options } = props;
  const change = (to: string) => choose({ who: undefined, operation: undefined, cell: undefined, [name]: to }, false);
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => change(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

function Shown({
  service,
  side,
  who,
}: {
  readonly service: string;
  readonly side: Side;
  readonly who: string | undefined;
}) {
  const loaded = useLoaded(
    () => readMatrix(service, side, side === 'everybody' ? who : undefined),
    side === 'everybody' ? [changesOf('keys', 'clock')] : [],
  );
  return <WhenLoaded of={loaded}>{(matrix) => <Narrowed matrix={matrix} side={side} />}</WhenLoaded>;
}

function Narrowed({ matrix, side }: { readonly matrix: Matrix; readonly side: Side }) {
  const { text = '', who, operation, turned, cell } = chosen.value;
  const { ruleset } = matrix;
  const sought = text.toLowerCase();
  const rows = matrix.rows.filter(({ operation: { id }, rule }) => {
    if (operation !== undefined) return id === operation;
    const needs = [...(rule?.needs.all ?? []), ...(rule?.needs.any ?? [])].join(' ');
    return `${id} ${rule?.label} ${needs}`.toLowerCase().includes(sought);
  });
  const columns = who === undefined ? matrix.columns : matrix.columns.filter(({ id }) => id === who);
  const [cellOperation, cellColumn] = (cell ?? '').split('~');
  const row = matrix.rows.find((one) => one.operation.id === cellOperation);
  const column = matrix.columns.find(({ id }) => id === cellColumn);
  const save = () =>
    download(
      `${ruleset.service}-${side}.csv`,
      new Blob([csvOf(matrix, rows, columns)], { type: 'text/csv;charset=utf-8' }),
    );
  return (
    <>
      <div class="bar">
        <output class="quiet">
          {ruleset.profile === null ? ruleset.service : `${ruleset.service} ${ruleset.profile}`}: {rows.length} of{' '}
          {matrix.rows.length} operations
        </output>
        {(who !== undefined || operation !== undefined) && (
          <button type="button" onClick={() => choose({ who: undefined, operation: undefined }, false)}>
            Show all
          </button>
        )}
        <button type="button" onClick={save}>
          Save as CSV
        </button>
      </div>
      {side === 'everybody' && matrix.columns.length === 0 && (
        <p class="fault">Nobody like this can call {ruleset.service}.</p>
      )}
      {rows.length === 0 && <p class="nothing">No operation is like this.</p>}
      <div class={row !== undefined && column !== undefined ? 'two opened' : 'two'}>
        <Grid matrix={matrix} rows={rows} columns={columns} isTurned={turned === 'yes'} side={side} />
        {row !== undefined && column !== undefined && (
          <CellPanel
            key={cell}
            ruleset={ruleset}
            row={row}
            column={column}
            cell={matrix.cellOf(row, column)}
            side={side}
          />
        )}
      </div>
      <Legend side={side} />
    </>
  );
}

function Legend({ side }: { readonly side: Side }) {
  return (
    <p class="quiet legend">
      {side === 'rights' ? '● needed, ○ one of these' : '✓ allowed, × refused'}. Sources: <i class="sure">documented</i>
      , else <i class="unsure">implied, observed or inferred</i>, <i class="doubtful">contradicted or ours</i>; rest on
      a cell to see its source, open it to ask what would be decided.
    </p>
  );
}
