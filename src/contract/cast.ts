/**
 * The cast: all identities, with public test credentials. It is the shape of a seed file. Each service adds its part
 * (`declare module`).
 */
// biome-ignore lint/suspicious/noEmptyInterface: services add their members
export interface Cast {}
