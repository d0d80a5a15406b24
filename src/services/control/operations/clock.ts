import type { Schema } from '../../../contract/documented.ts';
import type { Operations, OutcomeOf } from '../../../contract/request.ts';
import type { WorldEvent } from '../../../contract/service.ts';
import type { World } from '../../../contract/world.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import {
  type BeforeJump,
  END_OF_TIME,
  type Instant,
  type Jump,
  parseInstant,
  rfc3339,
  UnreachableTime,
  type WorldClock,
} from '../../../lib/clock.ts';
import { DURATION_FORMS, describeDurations, formatDuration, parseDuration } from '../../../lib/duration.ts';
import type { ControlledServer } from '../controlled-server.ts';

const MAX_UPCOMING_EVENTS = 100;
const MAX_PASSED_EVENTS = 1000;

export function clockOperations(controlled: ControlledServer) {
  /** @param move moves the clock after calling its argument, unless that call fails */
  const moveAndRespond = async (
    world: World,
    move: (before: BeforeJump) => Promise<Jump>,
  ): Promise<OutcomeOf<'control', 'advance_clock'>> => {
    let passed = { events: [] as readonly ReturnType<typeof eventView>[], more: false };
    const jump = await move(async ({ from, to }) => {
      const { events, more } = await listEvents(controlled, world, from, to, MAX_PASSED_EVENTS);
      passed = { events: events.map(eventView), more };
    });
    world.activityLog.publishEvent('clock', { ...clockView(world.clock, jump.to), from: rfc3339(jump.from) });
    return { status: 200, body: { ...clockView(world.clock, jump.to), ...passed } };
  };

  return {
    get_clock: async ({ world, now }) => {
      const { events, more } = await listEvents(controlled, world, now, END_OF_TIME, MAX_UPCOMING_EVENTS);
      return { status: 200, body: { ...clockView(world.clock, now), upcoming: events.map(eventView), more } };
    },
    advance_clock: ({ world, body }) =>
      moveAndRespond(world, (before) => advanceClock(controlled, world, body, before)),
    set_clock: ({ world, body }) => moveAndRespond(world, (before) => setClock(world.clock, body.to, before)),
    freeze_clock: ({ world }) =>
      moveAndRespond(world, async () => {
        await world.clock.freeze();
        return readUnmoved(world);
      }),
    resume_clock: ({ world }) =>
      moveAndRespond(world, async () => {
        await world.clock.resume();
        return readUnmoved(world);
      }),
  } satisfies Partial<Operations<'control'>>;
}

function readUnmoved({ clock }: World): Jump {
  const now = clock.now();
  return { from: now, to: now };
}

/** Moves the clock by a duration, or to the next event. @throws Problem naming the field */
async function advanceClock(
  controlled: ControlledServer,
  world: World,
  { by, to }: Schema<'control', 'Advance'>,
  before: BeforeJump,
): Promise<Jump> {
  if ((by === undefined) === (to === undefined)) {
    const problem = by === undefined ? 'Field `by` is missing' : 'Fields `by` and `to` exclude each other';
    throw invalidRequest(`${problem}; expected one of \`by\`, ${DURATION_FORMS}, or \`to\` with \`next-event\`.`);
  }
  return by === undefined ? advanceToNextEvent(controlled, world, before) : advanceBy(world.clock, by, before);
}

/** Retries when a concurrent request reaches the event first, so simultaneous requests reach different events. */
async function advanceToNextEvent(controlled: ControlledServer, world: World, before: BeforeJump): Promise<Jump> {
  for (;;) {
    const { events } = await listEvents(controlled, world, world.clock.now(), END_OF_TIME, 1);
    const [next] = events;
    if (next === undefined) {
      throw new Problem('conflict', 'The world has no upcoming event. Send `by` with a duration instead.');
    }
    const jump = await world.clock.set(next.at, before).catch((thrown: unknown) => {
      // Another request, or real time, passed the event first.
      if (thrown instanceof UnreachableTime && thrown.why === 'past') return null;
      throw thrown;
    });
    if (jump !== null && jump.to > jump.from) return jump;
  }
}

/** @throws Problem naming the field */
async function advanceBy(clock: WorldClock, by: string, before: BeforeJump): Promise<Jump> {
  const milliseconds = parseDuration(by);
  if (milliseconds === null) {
    const advice = by === 'next-event' ? " To move to the next event, use `advance({to: 'next-event'})`." : '';
    throw invalidRequest(`Field \`by\` must be ${describeDurations(by)}.${advice}`);
  }
  return clock.advance(milliseconds, before).catch((thrown: unknown) => {
    if (!(thrown instanceof UnreachableTime)) throw thrown;
    throw invalidRequest('Field `by` moves the clock past the year 9998. Send a shorter duration.');
  });
}

/** @throws Problem naming the field */
async function setClock(clock: WorldClock, text: string, before: BeforeJump): Promise<Jump> {
  const to = parseInstant(text);
  if (to === null) {
    const example = `${rfc3339(clock.now()).slice(0, 19)}Z`;
    throw invalidRequest(`Field \`to\` must be an RFC 3339 time with an offset, such as \`${example}\`.`);
  }
  return clock.set(to, before).catch((thrown: unknown) => {
    if (!(thrown instanceof UnreachableTime)) throw thrown;
    if (thrown.why === 'end') throw invalidRequest('Field `to` must be before the year 9999.');
    const message = `Field \`to\` must not be in the past (before ${rfc3339(clock.now())}). To move the clock back, use \`POST /_mock/reset\` or restore a snapshot.`;
    throw invalidRequest(message);
  });
}

function clockView({ ahead, frozen }: WorldClock, now: Instant) {
  return { now: rfc3339(now), ahead: formatDuration(ahead), frozen };
}

function eventView(event: WorldEvent) {
  return { ...event, at: rfc3339(event.at) };
}

/** Returns the first `limit` events in `(from, to]` that happen without a request, earliest first. */
async function listEvents(
  { server: { services } }: ControlledServer,
  world: World,
  from: Instant,
  to: Instant,
  limit: number,
): Promise<{ readonly events: readonly WorldEvent[]; readonly more: boolean }> {
  const { store } = world;
  const serviceEvents = await Promise.all(
    // One more than the limit shows whether there are more.
    services.map((service) => service.state.events?.(store, from, to, limit + 1) ?? []),
  );
  const unordered = [...serviceEvents.flat(), ...listFaultEnds(world, from, to), ...listTokenExpiries(world, from, to)];
  const events = unordered.sort((a, b) => a.at - b.at);
  return { events: events.slice(0, limit), more: events.length > limit };
}

/** Returns the faults that end by themselves in `(from, to]`. */
function listFaultEnds({ faults }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  return faults
    .listInForce()
    .flatMap(({ id, until: at }) =>
      at === null || at <= from || at > to ? [] : [{ at, kind: 'fault.ended', fault: id }],
    );
}

/** Returns the access tokens that expire in `(from, to]`, only the newest of each principal. */
function listTokenExpiries({ activityLog: { journal } }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  return [...journal.listTokenExpiries()]
    .filter(([, at]) => at > from && at <= to)
    .map(([subject, at]) => ({ at, kind: 'access-token.expired', subject }));
}
