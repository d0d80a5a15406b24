/**
 * What the person who started the server chose, as far as services use it. Durations in milliseconds. Each service adds
 * the values of its own options (`declare module`), so that a misspelt version does not compile.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be added to
export interface Settings {}
