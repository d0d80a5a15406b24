import { choose } from '../../address.ts';

/** The operations without required rights. They are folded behind a button, because their rows are empty. */
export interface Folded {
  readonly count: number;
  readonly isOpen: boolean;
}

/** The button that shows or hides the operations without required rights. */
export function Fold({ count, isOpen }: Folded) {
  return (
    <button
      type="button"
      class="fold"
      aria-expanded={isOpen}
      onClick={() => choose({ free: isOpen ? undefined : 'yes', ...(isOpen && { cell: undefined }) }, false)}
    >
      {count === 1 ? '1 operation needs no right' : `${count} operations need no right`}
    </button>
  );
}
