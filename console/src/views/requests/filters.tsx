import { choose, chosen } from '../../address.ts';
import { Popover } from '../../parts/popover.tsx';
import { Search } from '../../parts/search.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { FILTERS, type ValueFilter, valuesOf } from '../../state/requests.ts';
import { isNarrow } from '../../window.ts';
import { lazy } from '../lazy.tsx';

/** Filters with their titles. */
export type Choices = readonly (readonly [name: ValueFilter, title: string])[];

const CHOICES: Choices = [
  ['service', 'Service'],
  ['status', 'Status'],
  ['principal', 'Caller'],
  ['operation', 'Operation'],
  ['reason', 'Reason'],
  ['method', 'Method'],
];

/** Number of filters beside the search, if there is room. */
const BESIDE = 3;

/** Filters and groups the list. */
export function Filters() {
  const now = chosen.value;
  const beside = isNarrow.value ? [] : CHOICES.slice(0, BESIDE);
  const more = CHOICES.slice(beside.length);
  const views = lazy.value;
  const isOnlyRefusals = now['refusals'] === 'only';
  const used =
    [...more.map(([name]) => name), 'path'].filter((name) => now[name]).length + Number(now['group'] === 'no');
  return (
    <search class="filters" aria-label="Filter the list">
      <Search label="text" placeholder="Search" value={now['text']} change={(text) => choose({ text }, false)} />
      <button
        type="button"
        aria-pressed={isOnlyRefusals}
        onClick={() => choose({ refusals: isOnlyRefusals ? undefined : 'only' }, false)}
      >
        Refusals only
      </button>
      {beside.map(([name, title]) => (
        <Choice key={name} name={name} title={title} />
      ))}
      <Popover button={used === 0 ? 'More' : `More (${used})`}>
        {() => views !== null && <views.MoreFilters choices={more} />}
      </Popover>
      {FILTERS.some((name) => now[name]) && (
        <button type="button" onClick={() => choose(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>
          Show all
        </button>
      )}
    </search>
  );
}

/** A filter with a list of values. */
export function Choice({ name, title }: { readonly name: ValueFilter; readonly title: string }) {
  const now = chosen.value[name];
  return (
    <label>
      <span class="unseen">{title}</span>
      <select value={now ?? ''} onChange={(event) => choose({ [name]: event.currentTarget.value }, false)}>
        <option value="">{title}</option>
        {name === 'status' && ['2xx', '4xx', '5xx'].map((status) => <option key={status}>{status}</option>)}
        {withChosen(valuesOf(name), now).map((value) => (
          <option key={value} value={value}>
            {name === 'service' ? serviceTitle(value) : value}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Adds the value in the address, which may be in no request yet. */
function withChosen(values: readonly string[], now: string | undefined): readonly string[] {
  return now === undefined || now === '' || values.includes(now) || now.endsWith('xx') ? values : [...values, now];
}
