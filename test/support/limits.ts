/** Less than the three seconds for which a server that stops waits, and much more than an immediate stop takes. */
export const AT_ONCE_MS = 2500;
