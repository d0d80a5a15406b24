import { choices, choose } from '../../address.ts';
import { FilterSelect, handleValue, Search, Tick } from '../../parts/form.tsx';
import { Popover } from '../../parts/popover.tsx';
import { titleOfService } from '../../parts/service.ts';
import { FILTERS, listValues, type ValueFilter } from '../../state/request-filters.ts';
import { isNarrow } from '../../window.ts';

type TitledFilters = readonly (readonly [name: ValueFilter, title: string])[];

const VALUE_FILTERS: TitledFilters = [
  ['service', 'Service'],
  ['status', 'Status'],
  ['principal', 'Caller'],
  ['operation', 'Operation'],
  ['reason', 'Reason'],
  ['method', 'Method'],
];

const MAX_BESIDE = 3;

export function Filters() {
  const current = choices.value;
  const beside = isNarrow.value ? [] : VALUE_FILTERS.slice(0, MAX_BESIDE);
  const hidden = VALUE_FILTERS.slice(beside.length);
  const isOnlyRefusals = current['refusals'] === 'only';
  const activeCount =
    [...hidden.map(([name]) => name), 'path', 'hints'].filter((name) => current[name]).length +
    Number(current['group'] === 'no');
  return (
    <search class="filters" aria-label="Filter the list">
      <Search label="text" placeholder="Search" value={current['text']} change={(text) => choose({ text }, false)} />
      <button
        type="button"
        aria-pressed={isOnlyRefusals}
        onClick={() => choose({ refusals: isOnlyRefusals ? undefined : 'only' }, false)}
      >
        Refusals only
      </button>
      {beside.map(([name, title]) => (
        <ValueFilterSelect key={name} name={name} title={title} />
      ))}
      <Popover button={activeCount === 0 ? 'More' : `More (${activeCount})`}>
        {() => <MoreFilters filters={hidden} />}
      </Popover>
      {FILTERS.some((name) => current[name]) && (
        <button type="button" onClick={() => choose(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>
          Show all
        </button>
      )}
    </search>
  );
}

function ValueFilterSelect({ name, title }: { readonly name: ValueFilter; readonly title: string }) {
  return (
    <FilterSelect
      label={title}
      anyLabel={title}
      value={choices.value[name]}
      values={name === 'status' ? ['2xx', '4xx', '5xx', ...listValues(name)] : listValues(name)}
      titleOf={name === 'service' ? titleOfService : undefined}
      change={(value) => choose({ [name]: value }, false)}
    />
  );
}

/** The filters that do not fit beside the search, and the grouping. */
function MoreFilters({ filters }: { readonly filters: TitledFilters }) {
  const { group, hints, path = '' } = choices.value;
  return (
    <form class="more-filters" onSubmit={(event) => event.preventDefault()}>
      {filters.map(([name, title]) => (
        <ValueFilterSelect key={name} name={name} title={title} />
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
      <Tick
        label="With hints"
        checked={hints === 'true'}
        change={(isTicked) => choose({ hints: isTicked ? 'true' : undefined }, false)}
      />
      <Tick
        label="Group equal requests"
        checked={group !== 'no'}
        change={(isTicked) => choose({ group: isTicked ? undefined : 'no' }, false)}
      />
    </form>
  );
}
