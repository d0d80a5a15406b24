import { DURATION_FORMS, formatDuration, parseDuration } from '../../lib/duration.ts';
import { isOneOf, keysOf } from '../../lib/members.ts';

/** Lifetimes of tokens and codes, in milliseconds. */
export interface TokenLifetimes {
  readonly access: number;
  readonly refresh: number;
  readonly code: number;
}

/** An hour, a day and a minute. */
export const DEFAULT_TOKEN_LIFETIMES: TokenLifetimes = { access: 3_600_000, refresh: 86_400_000, code: 60_000 };

const LIFETIME_NAMES = keysOf(DEFAULT_TOKEN_LIFETIMES);

/** Minimum lifetime: one second, because claims have whole seconds. */
const MIN_LIFETIME_MS = 1000;

export const tokenLifetimesOption = {
  isDuration: true,
  expected: `${DURATION_FORMS}, one second or longer, for access tokens; or named durations such as \`access=1h,refresh=24h,code=1m\`, each name once`,
  read: parseTokenLifetimes,
  show: (lifetimes: TokenLifetimes): string =>
    LIFETIME_NAMES.map((name) => `${name}=${formatDuration(lifetimes[name])}`).join(','),
};

/** Captures the name, if any, and the duration of a part such as `refresh=24h`. */
const LIFETIME_PATTERN = /^(?:([^=]*)=)?(.*)$/s;

/** Parses lifetimes such as `access=1h,refresh=24h,code=1m`; undefined if they are invalid. The default name is `access`. */
function parseTokenLifetimes(text: string): TokenLifetimes | undefined {
  const lifetimes = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, name = 'access', duration = ''] = LIFETIME_PATTERN.exec(part.trim()) ?? [];
    const lifetime = parseDuration(duration);
    if (!isOneOf(LIFETIME_NAMES, name) || lifetimes.has(name)) return undefined;
    if (lifetime === null || lifetime < MIN_LIFETIME_MS) return undefined;
    lifetimes.set(name, lifetime);
  }
  return { ...DEFAULT_TOKEN_LIFETIMES, ...Object.fromEntries(lifetimes) };
}
