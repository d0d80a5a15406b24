/**
 * What the person who started the server chose, as far as services look at it. Durations in milliseconds. Each service
 * adds what its own options are read as (`declare module`), so that a misspelt version does not compile.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be added to
export interface Settings {}
