import { choose, chosen } from '../../address.ts';
import { Search } from '../../parts/search.tsx';
import { serviceTitle } from '../../parts/service.ts';
import {
  FILTERS,
  fitting,
  isPaused,
  keptBack,
  requests,
  resume,
  type ValueFilter,
  valuesOf,
} from '../../state/requests.ts';

const CHOICES: readonly (readonly [name: ValueFilter, title: string])[] = [
  ['service', 'Service'],
  ['status', 'Status'],
  ['principal', 'Caller'],
  ['operation', 'Operation'],
  ['reason', 'Reason'],
];

/** Narrows the list, groups it, and stops it. */
export function Filters() {
  const now = chosen.value;
  const isGrouped = now['group'] === 'yes';
  return (
    <search class="filters" aria-label="Narrow the list">
      {/* First: when a panel is open, the last ones are reached by scrolling. */}
      <Search
        label="text"
        placeholder="Search"
        value={chosen.value['text']}
        change={(text) => choose({ text }, false)}
      />
      {CHOICES.map(([name, title]) => (
        <label key={name}>
          <span class="unseen">{title}</span>
          <select value={now[name] ?? ''} onChange={(event) => choose({ [name]: event.currentTarget.value }, false)}>
            <option value="">{title}</option>
            {name === 'status' && ['2xx', '4xx', '5xx'].map((status) => <option key={status}>{status}</option>)}
            {withChosen(valuesOf(name), now[name]).map((value) => (
              <option key={value} value={value}>
                {name === 'service' ? serviceTitle(value) : value}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button
        type="button"
        aria-pressed={isGrouped}
        onClick={() => choose({ group: isGrouped ? undefined : 'yes' }, false)}
      >
        Group<span class="more"> repeated</span>
      </button>
      <button
        type="button"
        aria-pressed={isPaused.value}
        onClick={() => {
          if (isPaused.value) resume();
          else isPaused.value = true;
        }}
      >
        {isPaused.value ? `Go on (${keptBack.value.length} new)` : 'Pause'}
      </button>
      <output class="quiet">
        {fitting.value.length} of {requests.value.length}
      </output>
      {FILTERS.some((name) => now[name]) && (
        <button type="button" onClick={() => choose(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>
          Show all
        </button>
      )}
    </search>
  );
}

/** What is in the address can be chosen although no request has it yet. */
function withChosen(values: readonly string[], now: string | undefined): readonly string[] {
  return now === undefined || now === '' || values.includes(now) || now.endsWith('xx') ? values : [...values, now];
}
