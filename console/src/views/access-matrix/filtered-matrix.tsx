import { choices, choose } from '../../address.ts';
import { titleOfService } from '../../parts/service.ts';
import { isNarrow } from '../../window.ts';
import { CellPanel } from './cell-panel.tsx';
import type { Folded } from './fold.tsx';
import { Grid, SIGNS } from './grid.tsx';
import { type Column, type ColumnKind, isDifferent, type Matrix, needsNoRight, type Row } from './matrix.ts';
import { OperationList } from './operation-list.tsx';
import { OperationPanel } from './operation-panel.tsx';

/** The rows and columns of a matrix that match the choices in the address, and a panel for the chosen cell. */
export function FilteredMatrix({ matrix, columnKind }: { readonly matrix: Matrix; readonly columnKind: ColumnKind }) {
  const { who: identityId, with: comparedId, cell } = choices.value;
  const { ruleset } = matrix;
  const columns = filterColumns(matrix, identityId, comparedId);
  const isCompared = columns.length === 2 && comparedId !== undefined;
  const rows = filterRows(matrix, columns, isCompared);
  const selectedRow = findSelectedRow(matrix);
  const { visibleRows, folded } = foldRows(rows, columnKind, selectedRow);
  return (
    <>
      <MatrixSummary matrix={matrix} rows={rows} columns={columns} isCompared={isCompared} />
      {columnKind === 'everybody' && matrix.columns.length === 0 && (
        <p class="fault">No such identity can call {titleOfService(ruleset.service)}.</p>
      )}
      {rows.length === 0 && <p class="nothing">No operation matches.</p>}
      <div class={selectedRow === undefined ? 'two' : 'two opened'}>
        {isNarrow.value ? (
          <OperationList matrix={matrix} rows={visibleRows} folded={folded} columns={columns} columnKind={columnKind} />
        ) : (
          <Grid
            matrix={matrix}
            rows={visibleRows}
            folded={folded}
            columns={columns}
            isCompared={isCompared}
            columnKind={columnKind}
          />
        )}
        {selectedRow !== undefined && (
          <SelectionPanel key={cell} matrix={matrix} row={selectedRow} columnKind={columnKind} />
        )}
      </div>
      {!isNarrow.value && <Legend columnKind={columnKind} />}
    </>
  );
}

function filterColumns({ columns }: Matrix, identityId = '', comparedId = ''): readonly Column[] {
  return identityId === '' ? columns : columns.filter(({ id }) => id === identityId || id === comparedId);
}

/** Returns the rows that match the search, or the operation in the address. */
function filterRows(matrix: Matrix, columns: readonly Column[], isCompared: boolean): readonly Row[] {
  const { text = '', differ, operation: operationId } = choices.value;
  const query = text.toLowerCase();
  return matrix.rows.filter((row) => {
    const { operation, rule } = row;
    if (operationId !== undefined) return operation.id === operationId;
    if (isCompared && differ === 'yes' && !isDifferent(matrix, row, columns)) return false;
    const needs = [...(rule?.needs.all ?? []), ...(rule?.needs.any ?? [])].join(' ');
    return `${operation.id} ${rule?.label} ${needs}`.toLowerCase().includes(query);
  });
}

/** Returns the row of the chosen cell or operation; undefined if none is chosen. */
function findSelectedRow({ rows }: Matrix): Row | undefined {
  const [operationId] = (choices.value['cell'] ?? '').split('~');
  return rows.find(({ operation }) => operation.id === operationId);
}

/** Folds the rows without required rights, unless the user searches, opens them, or has chosen one of them. */
function foldRows(
  rows: readonly Row[],
  columnKind: ColumnKind,
  selectedRow: Row | undefined,
): { readonly visibleRows: readonly Row[]; readonly folded: Folded | null } {
  const { text = '', operation, free } = choices.value;
  const isSearching = text !== '' || operation !== undefined;
  const freeRows = rows.filter(needsNoRight);
  const hasBoth = freeRows.length > 0 && freeRows.length < rows.length;
  if (columnKind === 'everybody' || isSearching || !hasBoth) return { visibleRows: rows, folded: null };
  const isOpen = free === 'yes' || (selectedRow !== undefined && needsNoRight(selectedRow));
  const otherRows = rows.filter((row) => !needsNoRight(row));
  return { visibleRows: isOpen ? [...freeRows, ...otherRows] : otherRows, folded: { count: freeRows.length, isOpen } };
}

/** The number of operations, and the choices that narrow them. */
function MatrixSummary(props: {
  readonly matrix: Matrix;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly isCompared: boolean;
}) {
  const { matrix, rows, columns, isCompared } = props;
  const { service, profile } = matrix.ruleset;
  const { who: identityId, operation, differ } = choices.value;
  return (
    <div class="bar">
      <output class="quiet">
        {titleOfService(service)}
        {profile !== null && ` (${profile})`}: {rows.length} of {matrix.rows.length} operations
        {isCompared && `, ${rows.filter((row) => isDifferent(matrix, row, columns)).length} of them different`}
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
      {(identityId !== undefined || operation !== undefined) && (
        <button type="button" onClick={() => choose({ who: undefined, with: undefined, operation: undefined }, false)}>
          Show all
        </button>
      )}
    </div>
  );
}

/** The details of the chosen cell, or of an operation if the address has no column. */
function SelectionPanel(props: { readonly matrix: Matrix; readonly row: Row; readonly columnKind: ColumnKind }) {
  const { matrix, row, columnKind } = props;
  const [, columnId] = (choices.value['cell'] ?? '').split('~');
  const column = matrix.columns.find(({ id }) => id === columnId);
  if (column === undefined) return <OperationPanel ruleset={matrix.ruleset} row={row} />;
  return (
    <CellPanel
      ruleset={matrix.ruleset}
      row={row}
      column={column}
      cell={matrix.cellOf(row, column)}
      columnKind={columnKind}
    />
  );
}

const NEED_SIGNS = [
  ['all', 'needed'],
  ['any', 'one of these is needed'],
  ['free', 'no right is needed'],
] as const;

const EFFECT_SIGNS = [
  ['allow', 'allowed'],
  ['deny', 'refused'],
] as const;

function Legend({ columnKind }: { readonly columnKind: ColumnKind }) {
  const signs = columnKind === 'rights' ? NEED_SIGNS : EFFECT_SIGNS;
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
