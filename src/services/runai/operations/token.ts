import { Problem } from '../../../core/problem.ts';
import type { Handler } from '../../../service.ts';
import { mintAccessToken } from '../access-token.ts';
import type { TokenRequest } from './grants/grant.ts';
import { GRANTS } from './grants/index.ts';

/** `POST /api/v1/token` */
const grantToken: Handler = async (context) => {
  const request = context.body as TokenRequest;
  const grant = GRANTS.get(request.grantType);
  if (grant === undefined)
    throw new Problem('invalid_request', `Field \`grantType\` must be one of ${[...GRANTS.keys()].join(', ')}.`);
  const { refreshToken, ...granted } = await grant.redeem(request, context);
  return {
    status: 200,
    headers: { 'cache-control': 'no-store' },
    body: {
      accessToken: await mintAccessToken(context, granted),
      expiresIn: Math.floor(context.settings.tokenTtl / 1000),
      ...(refreshToken !== undefined && { refreshToken }),
    },
  };
};

export const tokenOperations = { grant_token: grantToken };
