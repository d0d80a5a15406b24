import { choices, choose } from '../../address.ts';
import { handleValue } from '../../parts/handlers.ts';
import { FilterSelect, type TitledFilters } from './filters.tsx';

/** The filters that do not fit beside the search, and the grouping. */
export function MoreFilters({ filters }: { readonly filters: TitledFilters }) {
  const { group, hints, path = '' } = choices.value;
  return (
    <form class="more-filters" onSubmit={(event) => event.preventDefault()}>
      {filters.map(([name, title]) => (
        <FilterSelect key={name} name={name} title={title} />
      ))}
      <label>
        <span class="unseen">Path</span>
        <input
          type="text"
          placeholder="/v2/nvcf/functions/{id}"
          autocomplete="off"
          spellcheck={false}
          value={path}
          onChange={handleValue((value) => choose({ path: value.trim() }, false))}
        />
      </label>
      <label class="tick">
        <input
          type="checkbox"
          checked={hints === 'true'}
          onChange={({ currentTarget: { checked } }) => choose({ hints: checked ? 'true' : undefined }, false)}
        />
        With hints
      </label>
      <label class="tick">
        <input
          type="checkbox"
          checked={group !== 'no'}
          onChange={({ currentTarget: { checked } }) => choose({ group: checked ? undefined : 'no' }, false)}
        />
        Group equal requests
      </label>
    </form>
  );
}
