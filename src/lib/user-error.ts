/**
 * An error that the user can fix: an invalid option, a file that cannot be read, a port that is in use. The message
 * explains what is wrong and how to fix it. The command prints it and exits with code 2; functions of the library throw
 * it to their caller.
 */
export class UserError extends Error {
  // Part of the library's API: programs recognise the error by this name, because the class is not exported.
  override readonly name = 'Unusable';
}
