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
  const begins = Date.parse(effectiveAt);
  const ends = of.history
    .filter((other) => other.version > version)
    .map((other) => Date.parse(other.effectiveAt))
    .concat(of.expiresAt === null ? [] : [Date.parse(of.expiresAt)]);
  const span = bar(begins, Math.min(...ends, stretch.to), stretch);
  const waits = bar(Date.parse(recordedAt), begins, stretch);
  const title = `version ${version}, edited ${timeText(recordedAt)}, in effect from ${timeText(effectiveAt)}: ${scopes.join(', ') || 'no scopes'}`;
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

/** Null if it is outside the stretch. */
function bar(from: number, to: number, stretch: Stretch) {
  const left = placeOf(from, stretch);
  const right = placeOf(to, stretch);
  return right <= left ? null : { left: percent(left), width: percent(right - left) };
}

/** Closer dots are merged, in pixels. */
const DOT = 14;
/** Minimum width of a label, in pixels. */
const MIN_LABEL = 48;

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
    const last = groups.at(-1);
    const text = eventInWords(event, names);
    if (last !== undefined && (placeOf(at, stretch) - placeOf(last.at, stretch)) * width < DOT) last.texts.push(text);
    else groups.push({ at, texts: [text] });
  }
  return (
    <div class="lane marks">
      {groups.map(({ at, texts: [first = '', ...others] }, index) => {
        const left = placeOf(at, stretch);
        const next = groups[index + 1];
        const room = ((next === undefined ? 1 : placeOf(next.at, stretch)) - left) * width - DOT;
        const text = others.length === 0 ? first : `${others.length + 1} events: ${[first, ...others].join('; ')}`;
        return [
          <span key={`dot ${at}`} class="mark-dot" style={{ left: percent(left) }} title={text} />,
          room >= MIN_LABEL && (
            <small key={`label ${at}`} style={{ left: percent(left), maxWidth: `${room}px` }} title={text}>
              {text}
            </small>
          ),
        ];
      })}
    </div>
  );
}
