/**
 * The cast: who is who, with public test credentials. The shape of a seed file. Each service adds its part (`declare
 * module`).
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be added to
export interface Cast {}
