import { vi } from 'vitest';

/** The members of a class that a test replaces. */
type Replaced<Class extends object> = { readonly [Name in keyof Class]?: unknown };

/**
 * Replaces methods of a row handle in all worlds, until `vi.restoreAllMocks()`.
 *
 * @param prototype the prototype of the handle's class
 */
export function replaceMethods<Class extends object>(prototype: Class, members: Replaced<Class>): void {
  for (const [name, member] of Object.entries(members)) {
    vi.spyOn(prototype as Record<string, (...given: unknown[]) => unknown>, name).mockImplementation(
      member as (...given: unknown[]) => unknown,
    );
  }
}
