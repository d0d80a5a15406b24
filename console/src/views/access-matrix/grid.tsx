import { useRef, useState } from 'preact/hooks';
import { choices, choose } from '../../address.ts';
import { describeCertainty } from '../../parts/certainty.ts';
import { Fold, type Folded } from './fold.tsx';
import type { Cell, Column, ColumnKind, Matrix, Row } from './matrix.ts';
import { describeNeeds, isDifferent } from './matrix.ts';

/** The visible signs of cells. */
export const SIGNS = { all: '●', any: '○', free: '–', allow: '✓', deny: '×' } as const;

/** The CSS classes of the certainties, which have three visible levels. */
const CERTAINTY_CLASSES = {
  documented: 'sure',
  implied: 'unsure',
  observed: 'unsure',
  inferred: 'unsure',
  contradicted: 'doubtful',
  ours: 'doubtful',
  unknown: 'doubtful',
} as const;

/** Up to this number of columns, there is room for horizontal headings. */
const MAX_HORIZONTAL_HEADINGS = 6;

/** The matrix as a grid. One cell is in the tab order, and the arrow keys move between cells. */
export function Grid(props: {
  readonly matrix: Matrix;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** Whether two callers are compared, and differences emphasised. */
  readonly isCompared: boolean;
  readonly columnKind: ColumnKind;
  readonly folded: Folded | null;
}) {
  const { matrix, rows, columns, isCompared, columnKind, folded } = props;
  const table = useRef<HTMLTableElement>(null);
  const [active, setActive] = useState<GridPosition>({ row: 0, column: 0 });
  const selected = choices.value['cell'];

  const locate = (position: GridPosition): LocatedCell | null => {
    const row = rows[position.row];
    const column = columns[position.column];
    return row === undefined || column === undefined ? null : { row, column, cell: matrix.cellOf(row, column) };
  };
  const open = (position: GridPosition) => {
    const located = locate(position);
    if (located !== null) choose({ cell: addressOfCell(located) }, false);
  };
  const moveTo = (row: number, column: number) => {
    const next = { row: clamp(row, rows.length), column: clamp(column, columns.length) };
    setActive(next);
    table.current?.querySelector<HTMLElement>(`[data-at="${formatPosition(next)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Not the active position, because keys may arrive faster than the page renders.
    const from = readPosition(event.target);
    if (from === null) return;
    const step = STEPS[event.key];
    if (step !== undefined) moveTo(from.row + step.row, from.column + step.column);
    else if (event.key === 'Enter' || event.key === ' ') open(from);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent) => {
    const position = readPosition(event.target);
    if (position === null) return;
    setActive(position);
    open(position);
  };
  // The active cell may have been filtered out.
  const tabStop = { row: clamp(active.row, rows.length), column: clamp(active.column, columns.length) };
  return (
    <div class={columns.length > MAX_HORIZONTAL_HEADINGS ? 'matrix' : 'matrix few'}>
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells can be chosen is a grid
        role="grid"
        aria-label={`Operations against ${columnKind}`}
        style={{ '--columns': columns.length }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <thead>
          <tr>
            <td />
            {columns.map(({ id, title }) => (
              <th key={id} scope="col" title={id}>
                <button type="button" onClick={() => choose({ who: id }, false)}>
                  {title}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {folded !== null && (
            <tr>
              <th scope="row">
                <Fold {...folded} />
              </th>
              <td colSpan={columns.length} />
            </tr>
          )}
          {rows.map((row, rowIndex) => (
            <tr key={row.operation.id}>
              <RowHead row={row} isOpen={selected === row.operation.id} />
              {columns.map((column, columnIndex) => {
                const located = { row, column, cell: matrix.cellOf(row, column) };
                return (
                  <GridCell
                    key={column.id}
                    {...located}
                    position={{ row: rowIndex, column: columnIndex }}
                    isInTabOrder={rowIndex === tabStop.row && columnIndex === tabStop.column}
                    isSelected={selected === addressOfCell(located)}
                    isEmphasised={isCompared && isDifferent(matrix, row, columns)}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The indexes of a cell in the visible rows and columns. */
interface GridPosition {
  readonly row: number;
  readonly column: number;
}

const STEPS: Readonly<Record<string, GridPosition>> = {
  ArrowDown: { row: 1, column: 0 },
  ArrowUp: { row: -1, column: 0 },
  ArrowRight: { row: 0, column: 1 },
  ArrowLeft: { row: 0, column: -1 },
};

/** Formats a position for the attribute `data-at` of its cell. */
function formatPosition({ row, column }: GridPosition): string {
  return `${row} ${column}`;
}

/** Returns the position of the cell that has an element; null if it is in no cell. */
function readPosition(target: EventTarget | null): GridPosition | null {
  const text = (target as Element | null)?.closest<HTMLElement>('[data-at]')?.dataset['at'];
  const [row, column] = (text ?? '').split(' ').map(Number);
  return row === undefined || column === undefined ? null : { row, column };
}

/** A row heading that opens and closes the details of its operation. */
function RowHead({ row, isOpen }: { readonly row: Row; readonly isOpen: boolean }) {
  const { id } = row.operation;
  return (
    <th scope="row" title={`${row.rule?.label ?? 'open'}: needs ${describeNeeds(row)}`}>
      <button type="button" aria-expanded={isOpen} onClick={() => choose({ cell: isOpen ? undefined : id }, false)}>
        {id}
      </button>
    </th>
  );
}

/** A cell with its row and column. */
interface LocatedCell {
  readonly row: Row;
  readonly column: Column;
  readonly cell: Cell;
}

/** Returns the name of a cell in the address. */
export function addressOfCell({ row, column }: Pick<LocatedCell, 'row' | 'column'>): string {
  return `${row.operation.id}~${column.id}`;
}

function GridCell(
  props: LocatedCell & {
    readonly position: GridPosition;
    readonly isInTabOrder: boolean;
    readonly isSelected: boolean;
    readonly isEmphasised: boolean;
  },
) {
  const { cell, position, isInTabOrder, isSelected, isEmphasised } = props;
  const { sign, name, text, certainty, source } = cell;
  return (
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of a grid
      role="gridcell"
      data-at={formatPosition(position)}
      tabIndex={isInTabOrder ? 0 : -1}
      class={isEmphasised ? `${classNameOf(cell)} differs` : classNameOf(cell)}
      aria-selected={isSelected}
      aria-label={name}
      title={`${text}\n${describeCertainty(certainty)}\n${source}`}
    >
      {sign !== null && SIGNS[sign]}
    </td>
  );
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}

/** Returns the CSS classes of a cell. */
export function classNameOf({ sign, certainty }: Cell): string {
  return sign === null ? '' : `${sign} ${CERTAINTY_CLASSES[certainty]}`;
}
