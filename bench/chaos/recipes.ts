/**
 * What the lanes test: small recipes whose stages take as little as a stage can, with one thing of each kind that may be left on an
 * engine. An overlay adds seconds to every stop, so only some lanes have one; those serve, and are asked whether they do.
 */
import { rolloutRecipe, type Shape } from "../../test/support/recipes-rollouts.ts";

const SERVES_IN_EACH = 4;
const PORT = 8080;
const healthcheck = { test: ["CMD", "true"], interval: "500ms", timeout: "2s" };

export const laneRecipe = async (
  folder: string,
  name: string,
  index: number,
): Promise<{ path: string; head: string }> => {
  const shapeOf = (version: string): Shape =>
    index % SERVES_IN_EACH === 0 ? serving(name, version) : plain(name, version);
  const { path, heads } = await rolloutRecipe(folder, name, shapeOf("1"), { change: shapeOf("2") });
  return { path, head: heads.change };
};

const plain = (name: string, version: string): Required<Pick<Shape, "service" | "more" | "files">> => ({
  service: {
    healthcheck,
    environment: [`LANE=${name}`, `VERSION=${version}`, `SERVE=${PORT}`],
    volumes: ["data:/data"],
    configs: [{ source: "app_conf", target: "/etc/app.conf" }],
    secrets: ["password"],
  },
  more: {
    volumes: { data: null },
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: compose interpolates these
    configs: { app_conf: { name: "${STACK_NAME}_app_conf_v1", file: "app.conf" } },
    secrets: { password: { external: true, name: "${STACK_NAME}_password_v1" } },
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: compose interpolates these
  },
  files: { "app.conf": "greeting = hello\n" },
});

const serving = (name: string, version: string): Shape => {
  const { service, more, files } = plain(name, version);
  return {
    service: { ...service, entrypoint: ["/app"] },
    deploy: {
      endpoint_mode: "dnsrr",
      labels: [`traefik.http.services.${name}.loadbalancer.server.port=${PORT}`],
    },
    more: { ...more, networks: { default: { driver: "overlay" } } },
    files,
  };
};
