import { useRef, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import type { ClockReading } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { inWords, timeText } from '../../parts/time.ts';
import { worldTime } from '../../state/clock.ts';
import type { Policy, ShownKey } from '../../state/keys.ts';
import { moveClock } from './move.ts';

const MINUTE = 60_000;

/** How much time is shown at once. */
const SPANS = [
  ['1 hour', 60 * MINUTE],
  ['6 hours', 360 * MINUTE],
  ['1 day', 1440 * MINUTE],
  ['30 days', 43_200 * MINUTE],
] as const;

/** So much of it is past. */
const PAST = 0.25;

/** So many keys at once, the chosen one first. */
const MOST_LANES = 12;

/** This near to an event, in pixels, the clock is dragged to the event itself. */
const SNAP = 8;

/** A stretch of time, in milliseconds since 1970. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

const placeOf = (at: number, { from, to }: Stretch) => Math.max(0, Math.min(1, (at - from) / (to - from)));
const percent = (part: number) => `${(100 * part).toFixed(3)}%`;

/** The versions of keys along the time, and now, which can be dragged forward. */
export function Timeline({ clock, keys }: { readonly clock: ClockReading; readonly keys: readonly ShownKey[] }) {
  const now = Date.parse(worldTime.value?.now ?? clock.now);
  const marks = clock.upcoming.map(({ at }) => Date.parse(at));
  const span = spanOf(chosen.value['span'], now, marks);
  const stretch = { from: now - PAST * span, to: now + (1 - PAST) * span };
  const selected = chosen.value['key'];
  const lanes = keys
    .filter(({ id, history }) => id === selected || history.some((policy) => isEdit(policy, stretch)))
    .sort((one, other) => Number(other.id === selected) - Number(one.id === selected));
  return (
    <section aria-label="Time line">
      <h2>Which version is in effect when</h2>
      <div class="bar">
        <label>
          Key{' '}
          <select value={selected ?? ''} onChange={(event) => choose({ key: event.currentTarget.value }, false)}>
            <option value="">those that were edited lately</option>
            {keys
              .filter(({ history }) => history.length > 0)
              .map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
          </select>
        </label>
        <label>
          Shown{' '}
          <select value={String(span)} onChange={(event) => choose({ span: event.currentTarget.value }, false)}>
            {SPANS.map(([text, length]) => (
              <option key={text} value={String(length)}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <span class="quiet">Drag the line, or move it with the arrow keys and Enter.</span>
      </div>
      <Lanes stretch={stretch} now={now} marks={marks} lanes={lanes.slice(0, MOST_LANES)} keys={keys} />
      {lanes.length > MOST_LANES && <p class="quiet">{lanes.length - MOST_LANES} more keys were edited lately.</p>}
    </section>
  );
}

/** The chosen span, or the shortest one that has the next event in it. */
function spanOf(given: string | undefined, now: number, marks: readonly number[]): number {
  const wanted = SPANS.find(([, length]) => String(length) === given);
  if (wanted !== undefined) return wanted[1];
  const [next = now] = marks;
  const fitting = SPANS.find(([, length]) => now + 0.9 * (1 - PAST) * length >= next);
  return (fitting ?? SPANS[0])[1];
}

/** Is it a change that can be seen? A first version that counted at once is none. */
function isEdit({ version, recordedAt, effectiveAt }: Policy, { from, to }: Stretch): boolean {
  return version > 1 && Date.parse(effectiveAt) >= from && Date.parse(recordedAt) <= to;
}

function Lanes(props: {
  readonly stretch: Stretch;
  readonly now: number;
  readonly marks: readonly number[];
  readonly lanes: readonly ShownKey[];
  readonly keys: readonly ShownKey[];
}) {
  const { stretch, now, marks, lanes, keys } = props;
  const track = useRef<HTMLDivElement>(null);
  // Where the line is held: the stretch stays as it was when it was taken, although time goes on.
  const [held, setHeld] = useState<{ readonly at: number; readonly stretch: Stretch } | null>(null);
  const act = useAct();
  const shown = held?.stretch ?? stretch;
  const at = held?.at ?? now;
  const step = (shown.to - shown.from) / 240;

  const hold = (wanted: number) => {
    const width = track.current?.clientWidth ?? 1;
    const near = (SNAP / width) * (shown.to - shown.from);
    const mark = marks.find((one) => Math.abs(one - wanted) <= near);
    const rounded = mark ?? Math.round(wanted / step) * step;
    setHeld({ at: Math.max(now, Math.min(shown.to, rounded)), stretch: shown });
  };
  const atPointer = ({ clientX }: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    return box === undefined ? now : shown.from + ((clientX - box.left) / box.width) * (shown.to - shown.from);
  };
  const letGo = () => {
    if (held === null) return;
    const to = new Date(held.at).toISOString();
    void act.run(() => moveClock('set', { to }, keys).finally(() => setHeld(null)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: step, ArrowLeft: -step, PageUp: 15 * MINUTE, PageDown: -15 * MINUTE }[event.key];
    if (by !== undefined) hold(at + by);
    else if (event.key === 'End' && marks[0] !== undefined) hold(marks[0]);
    else if (event.key === 'Enter') letGo();
    else if (event.key === 'Escape') setHeld(null);
    else return;
    event.preventDefault();
  };
  const isoOf = (time: number) => new Date(time).toISOString();
  return (
    <>
      <div class="timeline">
        <div class="names">
          {lanes.map(({ id, name }) => (
            <button key={id} type="button" class="lane-name" title={name} onClick={() => choose({ key: id }, false)}>
              {name}
            </button>
          ))}
          <span class="lane-name quiet">events</span>
        </div>
        <div class="track" ref={track}>
          {lanes.map((key) => (
            <div key={key.id} class="lane">
              {key.history.map((policy) => (
                <Version key={policy.version} policy={policy} all={key.history} stretch={shown} now={at} />
              ))}
            </div>
          ))}
          <div class="lane marks">
            {marks.map(
              (mark, index) =>
                mark >= shown.from &&
                mark <= shown.to && (
                  <span key={`${mark}-${index}`} class="mark-dot" style={{ left: percent(placeOf(mark, shown)) }} />
                ),
            )}
          </div>
          <div class="past" style={{ width: percent(placeOf(at, shown)) }} />
          <div
            class={held === null ? 'now' : 'now held'}
            style={{ left: percent(placeOf(at, shown)) }}
            role="slider"
            tabIndex={0}
            aria-label="Now"
            aria-valuemin={Math.round(now / 1000)}
            aria-valuemax={Math.round(shown.to / 1000)}
            aria-valuenow={Math.round(at / 1000)}
            aria-valuetext={isoOf(at)}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              hold(atPointer(event));
            }}
            onPointerMove={(event) => held !== null && hold(atPointer(event))}
            onPointerUp={letGo}
            onPointerCancel={() => setHeld(null)}
            onKeyDown={onKeyDown}
          >
            <span class="flag">
              {held === null ? 'now' : `${timeText(isoOf(at), isoOf(now))} (+${inWords(at - now)})`}
            </span>
          </div>
        </div>
        <div class="scale quiet" aria-hidden="true">
          <span>{timeText(isoOf(shown.from), isoOf(now))}</span>
          <span>{timeText(isoOf(shown.to), isoOf(now))}</span>
        </div>
      </div>
      <Told act={act} />
    </>
  );
}

/** A version, from when it is in effect until the next one does, and before that the time in which it is on its way. */
function Version(props: {
  readonly policy: Policy;
  readonly all: readonly Policy[];
  readonly stretch: Stretch;
  readonly now: number;
}) {
  const { policy, all, stretch, now } = props;
  const { version, recordedAt, effectiveAt, scopes } = policy;
  const begins = Date.parse(effectiveAt);
  const ends = all
    .filter((other) => other.version > version)
    .reduce((first, other) => Math.min(first, Date.parse(other.effectiveAt)), Number.POSITIVE_INFINITY);
  const span = bar(begins, Math.min(ends, stretch.to), stretch);
  const waits = bar(Date.parse(recordedAt), begins, stretch);
  const title = `version ${version}, edited ${recordedAt}, takes effect at ${effectiveAt}: ${scopes.join(', ') || 'no scopes'}`;
  return (
    <>
      {waits && <span class="waits" style={waits} title={title} />}
      {span && (
        <span class={begins > now ? 'in-effect later' : 'in-effect'} style={span} title={title}>
          {version}
        </span>
      )}
    </>
  );
}

/** Null if nothing of it can be seen. */
function bar(from: number, to: number, stretch: Stretch) {
  const left = placeOf(from, stretch);
  const right = placeOf(to, stretch);
  return right <= left ? null : { left: percent(left), width: percent(right - left) };
}
