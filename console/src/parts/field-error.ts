/** Returns the name of the field that an error is about: `do.delay` for "Field `do.delay.min` must …". */
export function findField(error: string | undefined, names: readonly string[]): string | undefined {
  const [, member = ''] = /^Fields? `([\w.]+)`/.exec(error ?? '') ?? [];
  return names.find((name) => member === name || member.startsWith(`${name}.`));
}
