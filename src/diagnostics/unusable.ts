/**
 * An error that the user of the command can fix: a flag, a file, a port. The command exits with code 2 and this
 * message, which explains what is wrong and how to fix it.
 */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}
