import { choose } from '../../address.ts';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { describeOperationNeeds } from '../../state/rulesets.ts';
import { Fold, type Folded } from './fold.tsx';
import { addressOfCell, classNameOf, SIGNS } from './grid.tsx';
import { type Column, type ColumnKind, describeNeeds, type Matrix, type Row } from './matrix.ts';

/** The matrix on narrow screens: a list of operations that expand to their cells. */
export function OperationList(props: {
  readonly matrix: Matrix;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly columnKind: ColumnKind;
  readonly folded: Folded | null;
}) {
  const { matrix, rows, columns, columnKind, folded } = props;
  return (
    <ul class="operations" aria-label={`Operations against ${columnKind}`}>
      {folded !== null && (
        <li>
          <Fold {...folded} />
        </li>
      )}
      {rows.map((row) => {
        const cells = columns
          .map((column) => ({ row, column, cell: matrix.cellOf(row, column) }))
          .filter(({ cell: { sign } }) => sign !== null && sign !== 'free');
        const allowedCount = cells.filter(({ cell }) => cell.sign === 'allow').length;
        return (
          <li key={row.operation.id}>
            <details>
              <summary>
                <Name text={row.operation.id} />
                <span class="quiet">
                  {columnKind === 'rights'
                    ? `needs ${describeNeeds(row)}`
                    : `allows ${allowedCount} of ${columns.length}`}
                </span>
              </summary>
              <p class="needs">
                Needs: <Sentence text={describeOperationNeeds(matrix.ruleset, row.operation).text} />
              </p>
              {cells.map((located) => (
                <button
                  key={located.column.id}
                  type="button"
                  class="cell"
                  aria-label={located.cell.name}
                  onClick={() => choose({ cell: addressOfCell(located) })}
                >
                  <span aria-hidden="true" class={classNameOf(located.cell)}>
                    {located.cell.sign !== null && SIGNS[located.cell.sign]}
                  </span>
                  {located.column.title}
                </button>
              ))}
            </details>
          </li>
        );
      })}
    </ul>
  );
}
