import { choices, choose } from '../../address.ts';
import type { ClockReading } from '../../control-api/types.ts';
import { handleValue } from '../../parts/handlers.ts';
import { createOptions } from '../../parts/options.tsx';
import { listTicks } from '../../parts/ticks.ts';
import { worldTime } from '../../state/clock.ts';
import type { NgcKey, Policy } from '../../state/keys.ts';
import type { Names } from '../../timeline/event-text.ts';
import {
  formatPercent,
  MIN_LABEL_GAP_PIXELS,
  positionOf,
  SPANS,
  type TimeRange,
  useScale,
  useWidth,
} from '../../timeline/scale.ts';
import { Marks, Version } from './lanes.tsx';

/** The maximum number of keys, besides the chosen ones. */
const MAX_LANES = 12;

interface TimelineProps {
  readonly clock: ClockReading;
  readonly keys: readonly NgcKey[];
  readonly names: Names;
}

/** The versions of keys over time. */
export function Timeline({ clock, keys, names }: TimelineProps) {
  const now = Date.parse(worldTime.value?.now ?? clock.now);
  const { element, width } = useWidth<HTMLDivElement>();
  const marks = clock.upcoming.map(({ at }) => Date.parse(at));
  const scale = useScale(now, marks, width);
  const { range } = scale;
  const selectedKeys = selectKeys(keys, range);
  const visibleKeys = selectedKeys.filter(({ id }, index) => index < MAX_LANES || isChosen(id));
  const hiddenCount = selectedKeys.length - visibleKeys.length;
  return (
    <section aria-label="Versions of keys">
      <h2>Versions of keys</h2>
      <div class="bar">
        <KeyChoice name="key" label="Key" noneLabel="edited recently" keys={keys} />
        {choices.value['key'] !== undefined && (
          <KeyChoice name="with" label="Compared with" noneLabel="none" keys={keys} excludedId={choices.value['key']} />
        )}
        <label>
          Scale{' '}
          <select value={String(scale.span)} onChange={handleValue(scale.choose)}>
            {createOptions(SPANS.map(([text, length]) => [String(length), text]))}
          </select>
        </label>
      </div>
      <div class="timeline">
        <div class="names">
          {visibleKeys.map(({ id, name }) => (
            <button
              key={id}
              type="button"
              class="lane-name"
              title={name}
              aria-pressed={isChosen(id)}
              onClick={() => choose({ key: id, with: undefined }, false)}
            >
              {name}
            </button>
          ))}
          <span class="lane-name quiet">events</span>
        </div>
        <div class="track" ref={element}>
          <Ticks range={range} tick={scale.tick} width={width} />
          {visibleKeys.map((key) => (
            <div key={key.id} class="lane">
              {key.history.map((policy) => (
                <Version key={policy.version} policy={policy} owner={key} range={range} now={now} />
              ))}
            </div>
          ))}
          <Marks events={clock.upcoming} names={names} range={range} width={width} />
          <div class="past" style={{ width: formatPercent(positionOf(now, range)) }} />
          <div class="now" style={{ left: formatPercent(positionOf(now, range)) }} />
        </div>
      </div>
      <Legend />
      {hiddenCount > 0 && <p class="quiet">{hiddenCount} more keys were edited recently.</p>}
    </section>
  );
}

function isChosen(id: string): boolean {
  return id === choices.value['key'] || id === choices.value['with'];
}

/** Returns the compared keys or, if there are none, the recently edited keys and the chosen one. */
function selectKeys(keys: readonly NgcKey[], range: TimeRange): readonly NgcKey[] {
  const { key: first, with: second } = choices.value;
  if (first !== undefined && second !== undefined) {
    return [first, second].flatMap((id) => keys.find((key) => key.id === id) ?? []);
  }
  return keys.filter(({ id, history }) => id === first || history.some((policy) => isVisibleEdit(policy, range)));
}

/** Returns whether a version is an edit in the visible range. The first version of a key is none. */
function isVisibleEdit({ version, recordedAt, effectiveAt }: Policy, { from, to }: TimeRange): boolean {
  return version > 1 && Date.parse(effectiveAt) >= from && Date.parse(recordedAt) <= to;
}

function KeyChoice(props: {
  readonly name: 'key' | 'with';
  readonly label: string;
  /** Label for no key. */
  readonly noneLabel: string;
  readonly keys: readonly NgcKey[];
  readonly excludedId?: string;
}) {
  const { name, label, noneLabel, keys, excludedId } = props;
  const change = (id: string) => choose({ [name]: id, ...(name === 'key' && { with: undefined }) }, false);
  return (
    <label>
      {label}{' '}
      <select value={choices.value[name] ?? ''} onChange={handleValue(change)}>
        {createOptions(
          keys.filter(({ id, history }) => history.length > 0 && id !== excludedId).map(({ id, name }) => [id, name]),
          noneLabel,
        )}
      </select>
    </label>
  );
}

/** Lines and labels at round times. */
function Ticks(props: { readonly range: TimeRange; readonly tick: number; readonly width: number }) {
  const { range, tick, width } = props;
  return (
    <div class="tick-lines" aria-hidden="true">
      {listTicks(range.from, range.to, tick).map(({ at, text }) => (
        <span key={at} style={{ left: formatPercent(positionOf(at, range)) }}>
          {(1 - positionOf(at, range)) * width > MIN_LABEL_GAP_PIXELS / 2 && <small>{text}</small>}
        </span>
      ))}
    </div>
  );
}

function Legend() {
  return (
    <ul class="legend quiet" aria-label="Legend">
      <li>
        <i class="in-effect" /> in effect
      </li>
      <li>
        <i class="waits" /> pending
      </li>
      <li>
        <i class="in-effect later" /> in effect later
      </li>
      <li>
        <i class="mark-dot" /> event
      </li>
      <li>
        <i class="now-line" /> now
      </li>
    </ul>
  );
}
