import { isOneOf, keysOf } from '../../objects/members.ts';
import { DURATION_FORMS, formatDuration, parseDuration } from '../../time/duration.ts';

/** Lifetimes of tokens and codes, in milliseconds. */
export interface TokenLifetimes {
  /** Access tokens. */
  readonly access: number;
  /** Refresh tokens. */
  readonly refresh: number;
  /** Authorization codes. */
  readonly code: number;
}

export const DEFAULT_TOKEN_LIFETIMES: TokenLifetimes = { access: 3_600_000, refresh: 86_400_000, code: 60_000 };

const PARTS = keysOf(DEFAULT_TOKEN_LIFETIMES);

/** One second, because claims have whole seconds. */
const MIN_LIFETIME_MS = 1000;

/** Parses the option `tokenTtl`, such as `access=1h,refresh=24h,code=1m`. A part without a name is `access`. */
export const tokenLifetimesOption = {
  isDuration: true,
  expected: `${DURATION_FORMS}, one second or longer, for access tokens; or named durations such as \`access=1h,refresh=24h,code=1m\`, each name once`,
  read: (text: string): TokenLifetimes | undefined => {
    const lifetimes = new Map<string, number>();
    for (const part of text.split(',')) {
      const [, name = 'access', duration = ''] = /^(?:([^=]*)=)?(.*)$/s.exec(part.trim()) ?? [];
      const lifetime = parseDuration(duration);
      if (!isOneOf(PARTS, name) || lifetimes.has(name) || lifetime === null || lifetime < MIN_LIFETIME_MS)
        return undefined;
      lifetimes.set(name, lifetime);
    }
    return { ...DEFAULT_TOKEN_LIFETIMES, ...Object.fromEntries(lifetimes) };
  },
  show: (lifetimes: TokenLifetimes): string =>
    PARTS.map((name) => `${name}=${formatDuration(lifetimes[name])}`).join(','),
};
