/** What the recipes of the tests may ask for: many run on the host's network, to be quick, and one wants a port of the host. */
export const TEST_POLICY = JSON.stringify({
  networks: ["proxy", "host"],
  exceptions: { "*": { "published-ports": ["8099"] } },
});
