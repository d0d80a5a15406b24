/** Where the rows of the resources come from. */
export const REFERENCE = 'API reference, page of the operation';
export const AUTH_PAGE = 'API authentication page, wording of the scope';
export const ANALOGY = 'no page states it; by analogy';
