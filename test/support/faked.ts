import { vi } from 'vitest';

/** The members of a class that a test replaces. */
type Replaced<Class extends object> = { readonly [Name in keyof Class]?: unknown };

/**
 * Replaces what a handle of rows does, until `vi.restoreAllMocks()`: of all worlds, and in place of what was replaced before.
 *
 * @param prototype of the handle's class
 */
export function faked<Class extends object>(prototype: Class, members: Replaced<Class>): void {
  for (const [name, member] of Object.entries(members)) {
    vi.spyOn(prototype as Record<string, (...given: unknown[]) => unknown>, name).mockImplementation(
      member as (...given: unknown[]) => unknown,
    );
  }
}
