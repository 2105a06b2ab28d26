/** What the recipes of the tests may ask for: many run on the host's network, to be quick, one wants a port of the host, and one a folder that is not there. */
export const TEST_POLICY = JSON.stringify({
  networks: ["proxy", "host"],
  exceptions: {
    "*": {
      "published-ports": ["8099"],
      "bind-mounts": ["/nonexistent/of-testme"],
      registries: ["127.0.0.1:5317", "127.0.0.1:1"],
    },
  },
});
