import type { WorldEvent } from '../../control-api/types.ts';
import { formatTime } from '../../parts/time.ts';
import type { NgcKey, Policy } from '../../state/keys.ts';
import { describeEvent, type Names } from '../../timeline/event-text.ts';
import { formatPercent, positionOf, type TimeRange } from '../../timeline/scale.ts';

/** The bars of a version: pending until it takes effect, then in effect until the next version. */
export function Version(props: {
  readonly policy: Policy;
  readonly owner: NgcKey;
  readonly range: TimeRange;
  readonly now: number;
}) {
  const { policy, owner, range, now } = props;
  const { version, recordedAt, effectiveAt, scopes } = policy;
  const startsAt = Date.parse(effectiveAt);
  const endTimes = owner.history
    .filter((later) => later.version > version)
    .map((later) => Date.parse(later.effectiveAt))
    .concat(owner.expiresAt === null ? [] : [Date.parse(owner.expiresAt)]);
  const effectiveBar = createBarStyle(startsAt, Math.min(...endTimes, range.to), range);
  const pendingBar = createBarStyle(Date.parse(recordedAt), startsAt, range);
  const title = `version ${version}, edited ${formatTime(recordedAt)}, in effect from ${formatTime(effectiveAt)}: ${scopes.join(', ') || 'no scopes'}`;
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

/** Returns the style of a bar; null if it is outside the range. */
function createBarStyle(from: number, to: number, range: TimeRange) {
  const left = positionOf(from, range);
  const right = positionOf(to, range);
  return right <= left ? null : { left: formatPercent(left), width: formatPercent(right - left) };
}

/** Closer dots are merged into one. In pixels. */
const DOT_PIXELS = 14;
/** Minimum width of a label, in pixels. */
const MIN_LABEL_PIXELS = 48;

/** Dots for events, labelled where there is room before the next one. */
export function Marks(props: {
  readonly events: readonly WorldEvent[];
  readonly names: Names;
  readonly range: TimeRange;
  readonly width: number;
}) {
  const { events, names, range, width } = props;
  // Events come in the order of time, so that only the last group can be close enough.
  const groups: { readonly at: number; readonly texts: string[] }[] = [];
  for (const event of events) {
    const at = Date.parse(event.at);
    if (at < range.from || at > range.to) continue;
    const lastGroup = groups.at(-1);
    const text = describeEvent(event, names);
    if (lastGroup !== undefined && (positionOf(at, range) - positionOf(lastGroup.at, range)) * width < DOT_PIXELS)
      lastGroup.texts.push(text);
    else groups.push({ at, texts: [text] });
  }
  return (
    <div class="lane marks">
      {groups.map(({ at, texts: [first = '', ...otherTexts] }, index) => {
        const left = positionOf(at, range);
        const next = groups[index + 1];
        const labelRoom = ((next === undefined ? 1 : positionOf(next.at, range)) - left) * width - DOT_PIXELS;
        const text =
          otherTexts.length === 0 ? first : `${otherTexts.length + 1} events: ${[first, ...otherTexts].join('; ')}`;
        return [
          <span key={`dot ${at}`} class="mark-dot" style={{ left: formatPercent(left) }} title={text} />,
          labelRoom >= MIN_LABEL_PIXELS && (
            <small key={`label ${at}`} style={{ left: formatPercent(left), maxWidth: `${labelRoom}px` }} title={text}>
              {text}
            </small>
          ),
        ];
      })}
    </div>
  );
}
