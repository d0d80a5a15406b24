# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build \
  && npm prune --omit=dev \
  && mkdir -p /image/app /image/data /image/etc/nv-auth-mock \
  && cp -r dist fixtures node_modules package.json LICENSE /image/app/ \
  && find /image/app -name '*.map' -delete

FROM gcr.io/distroless/nodejs22-debian12
LABEL org.opencontainers.image.title="nv-auth-mock" \
  org.opencontainers.image.description="Local mock server for NVIDIA's auth and access-key APIs" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build --chown=1001:1001 /image/app /app
COPY --from=build --chown=1001:1001 /image/data /data
COPY --from=build --chown=1001:1001 /image/etc/nv-auth-mock /etc/nv-auth-mock
ENV NODE_ENV=production \
  NV_AUTH_MOCK_HOST=0.0.0.0 \
  NV_AUTH_MOCK_DATA=/data/mock.db \
  NV_AUTH_MOCK_ETC=/etc/nv-auth-mock
USER 1001:1001
WORKDIR /app
VOLUME ["/data"]
EXPOSE 6625
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s --start-interval=100ms \
  CMD ["/nodejs/bin/node", "/app/dist/main.js", "health"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.js"]
CMD ["start"]
