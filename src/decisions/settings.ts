/**
 * The server's options that services use. Durations are in milliseconds. Services add their own options (`declare
 * module`), so that a misspelt version does not compile.
 */
// biome-ignore lint/suspicious/noEmptyInterface: services add members by `declare module`
export interface Settings {}
