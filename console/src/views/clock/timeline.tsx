import { useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import type { ClockReading } from '../../control-api/types.ts';
import { inWords } from '../../duration.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ticksIn, timeText } from '../../parts/time.ts';
import { worldTime } from '../../state/clock.ts';
import type { Policy, ShownKey } from '../../state/keys.ts';
import { Marks, Version } from './lanes.tsx';
import { move, type Names } from './move.ts';
import { LABEL, percent, placeOf, SPANS, type Stretch, useScale, useWidth } from './scale.ts';

/** So many keys at once. */
const MOST_LANES = 12;

/** This near to an event, in pixels, the clock is dragged to the event itself. */
const SNAP = 8;

const QUARTER = 15 * 60_000;

interface Shown {
  readonly clock: ClockReading;
  readonly keys: readonly ShownKey[];
  readonly names: Names;
}

/** The versions of keys along the time, and now, which can be dragged forward. */
export function Timeline({ clock, keys, names }: Shown) {
  const now = Date.parse(worldTime.value?.now ?? clock.now);
  const { element, width } = useWidth<HTMLDivElement>();
  const marks = clock.upcoming.map(({ at }) => Date.parse(at));
  const scale = useScale(now, marks, width);
  // Where the line is held: the stretch stays as it was when it was taken, although time goes on.
  const [held, setHeld] = useState<{ readonly at: number; readonly stretch: Stretch } | null>(null);
  const stretch = held?.stretch ?? scale.stretch;
  const lanes = lanesOf(keys, stretch);
  const act = useAct();
  const moveTo = (to: string) => void act.run(() => move({ to }, names).finally(() => setHeld(null)));
  return (
    <section aria-label="Time line">
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
          {lanes.slice(0, MOST_LANES).map(({ id, name }) => (
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
          {lanes.slice(0, MOST_LANES).map((key) => (
            <div key={key.id} class="lane">
              {key.history.map((policy) => (
                <Version key={policy.version} policy={policy} of={key} stretch={stretch} now={held?.at ?? now} />
              ))}
            </div>
          ))}
          <Marks events={clock.upcoming} names={names} stretch={stretch} width={width} />
          <Now now={now} marks={marks} stretch={stretch} width={width} held={held} hold={setHeld} moveTo={moveTo} />
        </div>
      </div>
      <Legend />
      <Feedback act={act} />
      {lanes.length > MOST_LANES && <p class="quiet">{lanes.length - MOST_LANES} more keys were edited recently.</p>}
    </section>
  );
}

function isChosen(id: string): boolean {
  return id === chosen.value['key'] || id === chosen.value['with'];
}

/** Two that are compared, and nothing else; otherwise those that were edited lately, and the chosen one. */
function lanesOf(keys: readonly ShownKey[], stretch: Stretch): readonly ShownKey[] {
  const { key: first, with: second } = chosen.value;
  if (first !== undefined && second !== undefined) {
    return [first, second].flatMap((id) => keys.find((key) => key.id === id) ?? []);
  }
  return keys.filter(({ id, history }) => id === first || history.some((policy) => isEdit(policy, stretch)));
}

/** Is it a change that can be seen? A first version that took effect at once is none. */
function isEdit({ version, recordedAt, effectiveAt }: Policy, { from, to }: Stretch): boolean {
  return version > 1 && Date.parse(effectiveAt) >= from && Date.parse(recordedAt) <= to;
}

function KeyChoice(props: {
  readonly name: 'key' | 'with';
  readonly label: string;
  /** The choice of no key. */
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

/** Round times below the lanes, each with a line through them. */
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
        <i class="now-line" /> now: drag the line, or move it with the arrow keys and Enter
      </li>
    </ul>
  );
}

/** The line that shows now. Where it is let go, the clock is moved to. */
function Now(props: {
  readonly now: number;
  readonly marks: readonly number[];
  readonly stretch: Stretch;
  readonly width: number;
  readonly held: { readonly at: number } | null;
  readonly hold: (held: { readonly at: number; readonly stretch: Stretch } | null) => void;
  readonly moveTo: (to: string) => void;
}) {
  const { now, marks, stretch, width, held, hold, moveTo } = props;
  const at = held?.at ?? now;
  const span = stretch.to - stretch.from;
  const step = span / 240;
  const holdAt = (wanted: number) => {
    const near = (SNAP / Math.max(1, width)) * span;
    const mark = marks.find((one) => Math.abs(one - wanted) <= near);
    const rounded = mark ?? Math.round(wanted / step) * step;
    hold({ at: Math.max(now, Math.min(stretch.to, rounded)), stretch });
  };
  const atPointer = ({ clientX, currentTarget }: PointerEvent) => {
    const box = (currentTarget as Element).parentElement?.getBoundingClientRect();
    return box === undefined ? now : stretch.from + ((clientX - box.left) / box.width) * span;
  };
  const letGo = () => {
    if (held === null) return;
    moveTo(isoOf(held.at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: step, ArrowLeft: -step, PageUp: QUARTER, PageDown: -QUARTER }[event.key];
    if (by !== undefined) holdAt(at + by);
    else if (event.key === 'End' && marks[0] !== undefined) holdAt(marks[0]);
    else if (event.key === 'Enter') letGo();
    else if (event.key === 'Escape') hold(null);
    else return;
    event.preventDefault();
  };
  const place = placeOf(at, stretch);
  return (
    <>
      <div class="past" style={{ width: percent(place) }} />
      <div
        class={held === null ? 'now' : 'now held'}
        style={{ left: percent(place) }}
        role="slider"
        tabIndex={0}
        aria-label="Now"
        aria-valuemin={Math.round(now / 1000)}
        aria-valuemax={Math.round(stretch.to / 1000)}
        aria-valuenow={Math.round(at / 1000)}
        aria-valuetext={isoOf(at)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          holdAt(atPointer(event));
        }}
        onPointerMove={(event) => held !== null && holdAt(atPointer(event))}
        onPointerUp={letGo}
        onPointerCancel={() => hold(null)}
        onKeyDown={onKeyDown}
      >
        {/* It never leaves the track: at its left end it begins at the line, at its right end it ends there. */}
        <span class="flag" style={{ transform: `translateX(-${percent(place)})` }}>
          {held === null ? 'now' : `${timeText(isoOf(at), isoOf(now))} (+${inWords(at - now)})`}
        </span>
      </div>
    </>
  );
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
