import { choose, chosen } from '../../address.ts';
import type { ClockReading } from '../../control-api/types.ts';
import { ticksIn } from '../../parts/time.ts';
import { worldTime } from '../../state/clock.ts';
import type { Policy, ShownKey } from '../../state/keys.ts';
import type { Names } from '../../timeline/move.ts';
import { LABEL, percent, placeOf, SPANS, type Stretch, useScale, useWidth } from '../../timeline/scale.ts';
import { Marks, Version } from './lanes.tsx';

/** Maximum number of keys. */
const MAX_LANES = 12;

interface TimelineProps {
  readonly clock: ClockReading;
  readonly keys: readonly ShownKey[];
  readonly names: Names;
}

/** The versions of keys over time. */
export function Timeline({ clock, keys, names }: TimelineProps) {
  const now = Date.parse(worldTime.value?.now ?? clock.now);
  const { element, width } = useWidth<HTMLDivElement>();
  const marks = clock.upcoming.map(({ at }) => Date.parse(at));
  const scale = useScale(now, marks, width);
  const { stretch } = scale;
  const lanes = selectKeys(keys, stretch);
  return (
    <section aria-label="Versions of keys">
      <h2>Versions of keys</h2>
      <div class="bar">
        <KeyChoice name="key" label="Key" none="edited recently" keys={keys} />
        {chosen.value['key'] !== undefined && (
          <KeyChoice name="with" label="Compared with" none="none" keys={keys} except={chosen.value['key']} />
        )}
        <label>
          Scale{' '}
          <select value={String(scale.span)} onChange={(event) => scale.choose(event.currentTarget.value)}>
            {SPANS.map(([text, length]) => (
              <option key={text} value={String(length)}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="timeline">
        <div class="names">
          {lanes.slice(0, MAX_LANES).map(({ id, name }) => (
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
          <Ticks stretch={stretch} tick={scale.tick} width={width} />
          {lanes.slice(0, MAX_LANES).map((key) => (
            <div key={key.id} class="lane">
              {key.history.map((policy) => (
                <Version key={policy.version} policy={policy} of={key} stretch={stretch} now={now} />
              ))}
            </div>
          ))}
          <Marks events={clock.upcoming} names={names} stretch={stretch} width={width} />
          <div class="past" style={{ width: percent(placeOf(now, stretch)) }} />
          <div class="now" style={{ left: percent(placeOf(now, stretch)) }} />
        </div>
      </div>
      <Legend />
      {lanes.length > MAX_LANES && <p class="quiet">{lanes.length - MAX_LANES} more keys were edited recently.</p>}
    </section>
  );
}

function isChosen(id: string): boolean {
  return id === chosen.value['key'] || id === chosen.value['with'];
}

/** Returns the compared keys or, if there are none, the recently edited keys and the chosen one. */
function selectKeys(keys: readonly ShownKey[], stretch: Stretch): readonly ShownKey[] {
  const { key: first, with: second } = chosen.value;
  if (first !== undefined && second !== undefined) {
    return [first, second].flatMap((id) => keys.find((key) => key.id === id) ?? []);
  }
  return keys.filter(({ id, history }) => id === first || history.some((policy) => isVisibleEdit(policy, stretch)));
}

/** Whether it is a visible edit. A first version is not. */
function isVisibleEdit({ version, recordedAt, effectiveAt }: Policy, { from, to }: Stretch): boolean {
  return version > 1 && Date.parse(effectiveAt) >= from && Date.parse(recordedAt) <= to;
}

function KeyChoice(props: {
  readonly name: 'key' | 'with';
  readonly label: string;
  /** Label for no key. */
  readonly none: string;
  readonly keys: readonly ShownKey[];
  readonly except?: string;
}) {
  const { name, label, none, keys, except } = props;
  const change = (id: string) => choose({ [name]: id, ...(name === 'key' && { with: undefined }) }, false);
  return (
    <label>
      {label}{' '}
      <select value={chosen.value[name] ?? ''} onChange={(event) => change(event.currentTarget.value)}>
        <option value="">{none}</option>
        {keys
          .filter(({ id, history }) => history.length > 0 && id !== except)
          .map((key) => (
            <option key={key.id} value={key.id}>
              {key.name}
            </option>
          ))}
      </select>
    </label>
  );
}

/** Lines and labels at round times. */
function Ticks(props: { readonly stretch: Stretch; readonly tick: number; readonly width: number }) {
  const { stretch, tick, width } = props;
  return (
    <div class="tick-lines" aria-hidden="true">
      {ticksIn(stretch.from, stretch.to, tick).map(({ at, text }) => (
        <span key={at} style={{ left: percent(placeOf(at, stretch)) }}>
          {(1 - placeOf(at, stretch)) * width > LABEL / 2 && <small>{text}</small>}
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
