import type { MintedToken, TokenOrder, TokenZoo } from '../../generated/library.ts';

export interface TokensBoard {
  /** Any token, right or wrong. If nothing is changed, the mock accepts it. */
  mint(order: TokenOrder): Promise<MintedToken>;
  /** About 45 tokens, right and wrong. @param options.audience gives each of them one, and adds those that are about it */
  zoo(options?: { readonly audience?: string }): Promise<TokenZoo>;
}
