import type { Schema } from '../../../contract/documented.ts';
import type { Answer, Handler } from '../../../contract/request.ts';
import type { WorldEvent } from '../../../contract/service.ts';
import type { World } from '../../../contract/world.ts';
import {
  END_OF_TIME,
  type Instant,
  type Jump,
  parseInstant,
  rfc3339,
  UnreachableTime,
  type WorldClock,
} from '../../../core/clock.ts';
import { DURATION_FORMS, formatDuration, parseDuration } from '../../../core/duration.ts';
import { Problem } from '../../../core/problem.ts';
import type { Ports } from '../ports.ts';

/** The most upcoming events in an answer. */
const MOST_UPCOMING = 100;
/** The most passed events in an answer. */
const MOST_PASSED = 1000;

type MoveAnswer = Answer<'control', 'advance_clock'>;

/** Operations that show and move the clock of a world. */
export function clockOperations(ports: Ports) {
  const get: Handler<'control', 'get_clock'> = async ({ world, now }) => {
    const { events, more } = await ports.events(world, now, END_OF_TIME, MOST_UPCOMING);
    return { status: 200, body: { ...clockView(world.clock, now), upcoming: events.map(eventView), more } };
  };

  const advance: Handler<'control', 'advance_clock'> = async ({ world, body }) =>
    respond(world, await advanceClock(ports, world, body));

  const respond = async (world: World, { from, to }: Jump): Promise<MoveAnswer> => {
    reportJump(world, { from, to });
    const { events, more } = await ports.events(world, from, to, MOST_PASSED);
    return { status: 200, body: { ...clockView(world.clock, to), events: events.map(eventView), more } };
  };

  const respondUnmoved = (world: World): Promise<MoveAnswer> => {
    const now = world.clock.now();
    return respond(world, { from: now, to: now });
  };

  const set: Handler<'control', 'set_clock'> = async ({ world, body }) =>
    respond(world, await setTo(world.clock, body.to));

  const freeze: Handler<'control', 'freeze_clock'> = async ({ world }) => {
    await world.clock.freeze();
    return respondUnmoved(world);
  };

  const resume: Handler<'control', 'resume_clock'> = async ({ world }) => {
    await world.clock.resume();
    return respondUnmoved(world);
  };

  return { get_clock: get, advance_clock: advance, set_clock: set, freeze_clock: freeze, resume_clock: resume };
}

/** Tells those who watch the world that its clock has moved. */
export function reportJump({ clock, activityLog }: World, { from, to }: Jump): void {
  activityLog.event('clock', { ...clockView(clock, to), from: rfc3339(from) });
}

/** Moves the clock by a duration, or to the next event. @throws Problem with the field */
export async function advanceClock(
  ports: Ports,
  world: World,
  { by, to }: Schema<'control', 'Advance'>,
): Promise<Jump> {
  if ((by === undefined) === (to === undefined)) {
    const fault = by === undefined ? 'Field `by` is missing' : 'Fields `by` and `to` exclude each other';
    throw new Problem(
      'invalid_request',
      `${fault}; expected one of \`by\`, ${DURATION_FORMS}, or \`to\` with \`next-event\`.`,
    );
  }
  return by === undefined ? toNextEvent(ports, world) : advanceBy(world.clock, by);
}

/** Simultaneous requests reach different events: one that comes too late tries the next. */
async function toNextEvent(ports: Ports, world: World): Promise<Jump> {
  for (;;) {
    const { events } = await ports.events(world, world.clock.now(), END_OF_TIME, 1);
    const [next] = events;
    if (next === undefined) {
      throw new Problem('conflict', 'The world has no next event. Send `by` with a duration instead.');
    }
    const jump = await world.clock.set(next.at).catch(nullForPast);
    if (jump !== null && jump.to > jump.from) return jump;
  }
}

/** @throws Problem with the field */
async function advanceBy(clock: WorldClock, by: string): Promise<Jump> {
  const milliseconds = parseDuration(by);
  if (milliseconds === null) {
    const meant = by === 'next-event' ? " To move to the next event, use `advance({to: 'next-event'})`." : '';
    throw new Problem('invalid_request', `Field \`by\` must be ${DURATION_FORMS}.${meant}`);
  }
  return clock.advance(milliseconds).catch((thrown: unknown) => {
    if (!(thrown instanceof UnreachableTime)) throw thrown;
    throw new Problem('invalid_request', 'Field `by` leads beyond the year 9998. Send a shorter duration.');
  });
}

/** @throws Problem with the field */
export async function setTo(clock: WorldClock, text: string): Promise<Jump> {
  const to = parseInstant(text);
  if (to === null) {
    const example = `${rfc3339(clock.now()).slice(0, 19)}Z`;
    throw new Problem(
      'invalid_request',
      `Field \`to\` must be an RFC 3339 time with an offset, such as \`${example}\`.`,
    );
  }
  return clock.set(to).catch((thrown: unknown) => {
    if (!(thrown instanceof UnreachableTime)) throw thrown;
    if (thrown.why === 'end') throw new Problem('invalid_request', 'Field `to` must be before the year 9999.');
    throw new Problem(
      'invalid_request',
      `Field \`to\` must not be before now (${rfc3339(clock.now())}). Only \`POST /_mock/reset\` and a restored snapshot turn the clock back.`,
    );
  });
}

/** Null if another request, or real time, passed the moment first. */
function nullForPast(thrown: unknown): null {
  if (thrown instanceof UnreachableTime && thrown.why === 'past') return null;
  throw thrown;
}

function clockView({ ahead, frozen }: WorldClock, now: Instant) {
  return { now: rfc3339(now), ahead: formatDuration(ahead), frozen };
}

function eventView(event: WorldEvent) {
  return { ...event, at: rfc3339(event.at) };
}
