import type { MintedToken, TokenOrder, TokenZoo } from '../../generated/library.ts';

export interface TokensBoard {
  /** Any token, valid or not. If nothing is changed, the mock accepts it. */
  mint(order: TokenOrder): Promise<MintedToken>;
  /** About 45 tokens, valid and not. @param options.audience gives each of them one, and adds those that are about it */
  zoo(options?: { readonly audience?: string }): Promise<TokenZoo>;
}
