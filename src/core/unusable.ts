/**
 * Something that the person who starts the server can fix: a flag, a file, a port. The command ends with exit code 2
 * and this message, which says what is wrong and what to do.
 */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}
