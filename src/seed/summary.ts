import type { ServiceDefinition } from '../contract/service.ts';

/**
 * Who is in a seed, in a few words: `2 users, 1 application, no service accounts, 12 NGC keys`.
 *
 * @param parts by service
 */
export function summaryOf(parts: Readonly<Record<string, unknown>>, services: readonly ServiceDefinition[]): string {
  const counted = services.flatMap(({ name, seed }) => {
    // It fits the schema, and its lists are lists.
    const part = (parts[name] ?? {}) as Readonly<Record<string, readonly unknown[] | undefined>>;
    return Object.entries(seed?.lists ?? {}).flatMap(([list, { called }]) =>
      called === undefined ? [] : [{ called, count: part[list]?.length ?? 0 }],
    );
  });
  if (counted.every(({ count }) => count === 0)) return 'nobody';
  return counted.map(({ called: [one, many], count }) => `${count || 'no'} ${count === 1 ? one : many}`).join(', ');
}
