import { isOneOf, keysOf } from '../../objects/members.ts';
import { DURATION_FORMS, formatDuration, parseDuration } from '../../time/duration.ts';

/** How long what Run:ai issues is valid, in milliseconds. */
export interface TokenLifetimes {
  /** Of access tokens. */
  readonly access: number;
  /** Of refresh tokens. */
  readonly refresh: number;
  /** Of the authorization codes of the login page. */
  readonly code: number;
}

export const TOKEN_LIFETIMES: TokenLifetimes = { access: 3_600_000, refresh: 86_400_000, code: 60_000 };

const PARTS = keysOf(TOKEN_LIFETIMES);

/** In milliseconds: claims have whole seconds. */
const MIN_LIFETIME = 1000;

/** The syntax of the option `tokenTtl`: `access=1h,refresh=24h,code=1m`; a part without a name is `access`. */
export const tokenLifetimes = {
  isDuration: true,
  expected: `${DURATION_FORMS}, of at least a second, for access tokens, or several with their names, such as \`access=1h,refresh=24h,code=1m\`, each at most once`,
  read: (text: string): TokenLifetimes | undefined => {
    const given = new Map<string, number>();
    for (const part of text.split(',')) {
      const [, name = 'access', duration = ''] = /^(?:([^=]*)=)?(.*)$/s.exec(part.trim()) ?? [];
      const lifetime = parseDuration(duration);
      if (!isOneOf(PARTS, name) || given.has(name) || lifetime === null || lifetime < MIN_LIFETIME) return undefined;
      given.set(name, lifetime);
    }
    return { ...TOKEN_LIFETIMES, ...Object.fromEntries(given) };
  },
  show: (lifetimes: TokenLifetimes): string =>
    PARTS.map((name) => `${name}=${formatDuration(lifetimes[name])}`).join(','),
};
