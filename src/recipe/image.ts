/**
 * Whether an image that runs is the one that a recipe names. Docker fills in what a short name leaves out (the registry,
 * `library/`, `latest`), and Swarm pins the digest that it resolved behind the tag.
 */
export const isSameImage = (named: string, running: string): boolean => {
  const [a, b] = [parse(named), parse(running)];
  if (a.name !== b.name) return false;
  return a.digest !== null ? a.digest === b.digest : a.tag === b.tag;
};

type Image = { name: string; tag: string; digest: string | null };

const parse = (reference: string): Image => {
  const [rest = "", digest = null] = reference.split("@");
  const colon = rest.lastIndexOf(":");
  const hasTag = colon > rest.lastIndexOf("/");
  const name = hasTag ? rest.slice(0, colon) : rest;
  return {
    name: name.replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, ""),
    tag: hasTag ? rest.slice(colon + 1) : "latest",
    digest,
  };
};
