# check=skip=SecretsUsedInArgOrEnv
# (That check takes every variable with AUTH in its name for a secret.)
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY conformance/package.json conformance/
COPY console/package.json console/
RUN npm ci
COPY . .
# Of the native module only what is loaded: its sources are ten times as large. Where its binary could not be fetched, as behind a
# registry of packages alone, Node's own SQLite takes its place. /data stands in a folder of its own, because COPY keeps the mode
# of what is in a folder, and not that of the folder: whoever runs the image may write there.
RUN npm run build \
  && mkdir -p /image/app /image/state /image/etc/nv-auth-mock \
  && mkdir -m 1777 /image/state/data \
  && cp -r --parents -t /image/app package.json LICENSE dist fixtures \
    node_modules/pg node_modules/pg-connection-string node_modules/pg-int8 node_modules/pg-pool node_modules/pg-protocol \
    node_modules/pg-types node_modules/pgpass node_modules/split2 node_modules/xtend \
    node_modules/postgres-array node_modules/postgres-bytea node_modules/postgres-date node_modules/postgres-interval \
  && if [ -e node_modules/better-sqlite3/build/Release/better_sqlite3.node ]; then \
    cp -r --parents -t /image/app node_modules/better-sqlite3/package.json \
      node_modules/better-sqlite3/LICENSE \
      node_modules/better-sqlite3/lib \
      node_modules/better-sqlite3/build/Release/better_sqlite3.node \
      node_modules/bindings \
      node_modules/file-uri-to-path; \
  fi \
  && find /image/app -name '*.map' -delete

FROM gcr.io/distroless/nodejs22-debian12
LABEL org.opencontainers.image.title="nv-auth-mock" \
  org.opencontainers.image.description="Local mock server for NVIDIA's auth and access-key APIs" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image/app /app
COPY --from=build /image/etc/nv-auth-mock /etc/nv-auth-mock
COPY --from=build /image/state /
ENV NODE_ENV=production \
  NV_AUTH_MOCK_HOST=0.0.0.0 \
  NV_AUTH_MOCK_DATA=/data/mock.db \
  NV_AUTH_MOCK_ETC=/etc/nv-auth-mock
USER 1001:1001
WORKDIR /app
VOLUME ["/data"]
EXPOSE 6625
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=2s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/dist/main.cjs", "health"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.cjs"]
CMD ["start"]
