# The bot: Node, git and a docker client. TypeScript runs as it is, so there is nothing to build.
# It speaks to the engine through /var/run/docker.sock (or DOCKER_HOST). It runs as `node`; give it the socket's group with
# `--group-add $(stat -c %g /var/run/docker.sock)`, or as a Swarm service with `groups`.
FROM docker:29-cli AS docker-cli

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git \
 && rm -rf /var/lib/apt/lists/*
COPY --from=docker-cli /usr/local/bin/docker /usr/local/bin/docker
WORKDIR /opt/testme
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY app.yml ./
COPY src ./src
RUN install -d -o node -g node /var/lib/testme
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TESTME_DATA=/var/lib/testme
VOLUME /var/lib/testme
EXPOSE 3000
USER node
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "src/main.ts"]
