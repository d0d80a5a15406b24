import type { WorldEvent } from '../../control-api/types.ts';
import { timeText } from '../../parts/time.ts';
import type { Policy, ShownKey } from '../../state/keys.ts';
import { eventInWords, type Names } from '../../timeline/move.ts';
import { percent, placeOf, type Stretch } from '../../timeline/scale.ts';

/** The bars of a version: pending until it takes effect, then in effect until the next version. */
export function Version(props: {
  readonly policy: Policy;
  readonly of: ShownKey;
  readonly stretch: Stretch;
  readonly now: number;
}) {
  const { policy, of, stretch, now } = props;
  const { version, recordedAt, effectiveAt, scopes } = policy;
  const startsAt = Date.parse(effectiveAt);
  const endTimes = of.history
    .filter((other) => other.version > version)
    .map((other) => Date.parse(other.effectiveAt))
    .concat(of.expiresAt === null ? [] : [Date.parse(of.expiresAt)]);
  const effectiveBar = barStyle(startsAt, Math.min(...endTimes, stretch.to), stretch);
  const pendingBar = barStyle(Date.parse(recordedAt), startsAt, stretch);
  const title = `version ${version}, edited ${timeText(recordedAt)}, in effect from ${timeText(effectiveAt)}: ${scopes.join(', ') || 'no scopes'}`;
  return (
    <>
      {pendingBar && <span class="waits" style={pendingBar} title={title} />}
      {effectiveBar && (
        <span class={startsAt > now ? 'in-effect later' : 'in-effect'} style={effectiveBar} title={title}>
          {version}
        </span>
      )}
    </>
  );
}

/** Null if it is outside the stretch. */
function barStyle(from: number, to: number, stretch: Stretch) {
  const left = placeOf(from, stretch);
  const right = placeOf(to, stretch);
  return right <= left ? null : { left: percent(left), width: percent(right - left) };
}

/** Closer dots are merged, in pixels. */
const DOT_PIXELS = 14;
/** Minimum width of a label, in pixels. */
const MIN_LABEL_PIXELS = 48;

/** Dots for events, labelled where there is room before the next one. */
export function Marks(props: {
  readonly events: readonly WorldEvent[];
  readonly names: Names;
  readonly stretch: Stretch;
  readonly width: number;
}) {
  const { events, names, stretch, width } = props;
  const groups: { readonly at: number; readonly texts: string[] }[] = [];
  for (const event of events) {
    const at = Date.parse(event.at);
    if (at < stretch.from || at > stretch.to) continue;
    const lastGroup = groups.at(-1);
    const text = eventInWords(event, names);
    if (lastGroup !== undefined && (placeOf(at, stretch) - placeOf(lastGroup.at, stretch)) * width < DOT_PIXELS)
      lastGroup.texts.push(text);
    else groups.push({ at, texts: [text] });
  }
  return (
    <div class="lane marks">
      {groups.map(({ at, texts: [first = '', ...others] }, index) => {
        const left = placeOf(at, stretch);
        const next = groups[index + 1];
        const labelRoom = ((next === undefined ? 1 : placeOf(next.at, stretch)) - left) * width - DOT_PIXELS;
        const text = others.length === 0 ? first : `${others.length + 1} events: ${[first, ...others].join('; ')}`;
        return [
          <span key={`dot ${at}`} class="mark-dot" style={{ left: percent(left) }} title={text} />,
          labelRoom >= MIN_LABEL_PIXELS && (
            <small key={`label ${at}`} style={{ left: percent(left), maxWidth: `${labelRoom}px` }} title={text}>
              {text}
            </small>
          ),
        ];
      })}
    </div>
  );
}
