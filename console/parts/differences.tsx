import { DataTable } from './data-table.tsx';
import { shortId } from './id.tsx';
import { When } from './when.tsx';

/** A member that is not the same in two states, or an object that only one of them has. */
interface Line {
  readonly collection: string;
  readonly id: string;
  readonly name: string;
  readonly partOf: string | null;
  readonly member: string;
  readonly one: string | null;
  readonly other: string | null;
}

interface DifferencesParts {
  readonly of: {
    readonly lines: readonly Line[];
    readonly shown: number;
    readonly total: number;
    /** What the clocks of the two show. */
    readonly times: readonly [string, string];
  };
  /** What the two states are called. */
  readonly names: readonly [string, string];
}

/** What differs between two states, as a table. */
export function Differences({ of: { lines, shown, total, times }, names }: DifferencesParts) {
  return (
    <>
      {total === 0 && <p>They are equal. Credentials, requests and findings are not compared.</p>}
      <p class="quiet">
        The clock shows <When at={times[0]} /> in {names[0]}, and <When at={times[1]} /> in {names[1]}.
      </p>
      {total > 0 && <Lines of={lines} names={names} />}
      {total > shown && (
        <p class="quiet">
          These are {shown} of {total} differences.
        </p>
      )}
    </>
  );
}

function Lines({ of: lines, names }: { readonly of: readonly Line[]; readonly names: readonly [string, string] }) {
  return (
    <DataTable
      label="Differences"
      rows={lines}
      keyOf={({ collection, id, member }) => `${collection} ${id} ${member}`}
      columns={[
        { title: 'Of', cell: ({ collection }) => collection, by: ({ collection }) => collection },
        { title: 'Name', cell: (line) => <span title={line.id}>{nameOf(line)}</span>, by: nameOf },
        { title: 'Member', cell: ({ member }) => member, by: ({ member }) => member },
        { title: `In ${names[0]}`, cell: ({ one }) => <Value text={one} /> },
        { title: `In ${names[1]}`, cell: ({ other }) => <Value text={other} /> },
      ]}
    />
  );
}

function nameOf({ id, name, partOf }: Line): string {
  const own = name === id ? shortId(id) : name;
  return partOf === null ? own : `${partOf}: ${own}`;
}

function Value({ text }: { readonly text: string | null }) {
  return text === null ? <span class="quiet">not there</span> : <span class="long lines">{text}</span>;
}
