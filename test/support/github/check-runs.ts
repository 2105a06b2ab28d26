/**
 * GitHub's check runs, with the rules that its description leaves unsaid: nothing completes without a conclusion, a
 * conclusion completes, a commit must exist, limits count bytes, annotations are appended. Suites are not kept: we never read one.
 */
import { loginOf, notFound, type Route, unprocessable, type World } from "./route.ts";
import * as shapes from "./shapes.ts";
import {
  type Action,
  type Annotation,
  type CheckRun,
  fullName,
  hasCommit,
  type Output,
  type Recipe,
  type State,
} from "./state.ts";

const runs = "/repos/{owner}/{repo}/check-runs";
const bytes = 65_535;
const annotationBytes = 65_536;
const titleCharacters = 255;

/** What the description allows in a create and an update, of what we use. */
type Sent = Partial<Pick<CheckRun, "name" | "head_sha" | "external_id" | "status" | "conclusion">> &
  Partial<Pick<CheckRun, "started_at" | "completed_at">> & {
    output?: Partial<Output> & { annotations?: Annotation[] };
    actions?: Action[];
  };

export function checkRunRoutes(world: World): Route[] {
  return [listForRef(world), create(world), read(world), update(world)];
}

function listForRef({ state, app }: World): Route {
  return {
    method: "get",
    path: "/repos/{owner}/{repo}/commits/{ref}/check-runs",
    needs: [["checks", "read"]],
    answer: async ({ recipe, params, query }) => {
      const ref = params.ref ?? "";
      if (!(await hasCommit(recipe, ref))) return unprocessable(`No commit found for SHA: ${ref}`);
      const ofName = state.checkRuns
        .filter((run) => run.repo === fullName(recipe) && run.head_sha === ref)
        .filter((run) => run.name === (query.get("check_name") ?? run.name))
        .reverse();
      const isLatest = (run: CheckRun, i: number) => ofName.findIndex(({ name }) => name === run.name) === i;
      const all = query.get("filter") === "all" ? ofName : ofName.filter(isLatest);
      const [page, perPage] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 30)];
      const some = all.slice((page - 1) * perPage, page * perPage);
      const next = new URLSearchParams([...query, ["page", String(page + 1)]]);
      const link = `<${state.url}/repos/${fullName(recipe)}/commits/${ref}/check-runs?${next}>; rel="next"`;
      return {
        status: 200,
        headers: page * perPage < all.length ? { link } : {},
        body: {
          total_count: all.length,
          check_runs: some.map((run) => shapes.checkRun(run, recipe, state, app.id)),
        },
      };
    },
  };
}

function create({ state, app, announce }: World): Route {
  return {
    method: "post",
    path: runs,
    needs: [["checks", "write"]],
    answer: async ({ recipe, caller, body }) => {
      const sent = body as Sent; // judged by the description
      const refusal = refusalOf(sent);
      if (refusal !== null) return refusal;
      if (!(await hasCommit(recipe, sent.head_sha ?? ""))) {
        return unprocessable(`No commit found for SHA: ${sent.head_sha}`);
      }
      const run: CheckRun = { ...blank(state.nextId(), fullName(recipe)) };
      state.checkRuns.push(run);
      change(run, sent);
      const told = shapes.checkRun(run, recipe, state, app.id);
      void announce("check_run", "created", recipe, loginOf(caller, app), { check_run: told });
      return { status: 201, body: told };
    },
  };
}

function read({ state, app }: World): Route {
  return {
    method: "get",
    path: `${runs}/{check_run_id}`,
    needs: [["checks", "read"]],
    answer: ({ recipe, params }) => {
      const run = runOf(state, recipe, params);
      return run === undefined
        ? notFound
        : { status: 200, body: shapes.checkRun(run, recipe, state, app.id) };
    },
  };
}

const runOf = (state: State, recipe: Recipe, params: Record<string, string>): CheckRun | undefined =>
  state.checkRuns.find((run) => run.id === Number(params.check_run_id) && run.repo === fullName(recipe));

function update({ state, app, announce }: World): Route {
  return {
    method: "patch",
    path: `${runs}/{check_run_id}`,
    needs: [["checks", "write"]],
    answer: ({ recipe, caller, params, body }) => {
      const sent = body as Sent; // judged by the description
      const run = runOf(state, recipe, params);
      if (run === undefined) return notFound;
      const refusal = refusalOf(sent);
      if (refusal !== null) return refusal;
      const wasCompleted = run.status === "completed";
      change(run, sent);
      const told = shapes.checkRun(run, recipe, state, app.id);
      if (run.status === "completed" && !wasCompleted) {
        void announce("check_run", "completed", recipe, loginOf(caller, app), { check_run: told });
      }
      return { status: 200, body: told };
    },
  };
}

const blank = (id: number, repo: string): CheckRun => ({
  id,
  repo,
  name: "",
  head_sha: "",
  external_id: "",
  status: "queued",
  conclusion: null,
  started_at: null,
  completed_at: null,
  output: { title: null, summary: null, text: null },
  actions: [],
  annotations: [],
  history: [],
});

function refusalOf({ status, conclusion, output }: Sent) {
  if (status === "completed" && conclusion === undefined) {
    return unprocessable("Invalid request.\n\nMissing required key: conclusion.");
  }
  const odd = output?.annotations?.map(whatIsOdd).find((one) => one !== null);
  if (odd !== undefined) return unprocessable(`Invalid request.\n\n${odd}`);
  // https://github.com/github/docs/issues/35252
  if (Buffer.byteLength(output?.summary ?? "") <= bytes) return null;
  const message = `summary exceeds a maximum bytesize of ${bytes}`;
  return unprocessable("Validation Failed", [
    { resource: "CheckRun", code: "custom", field: "summary", message },
  ]);
}

/** Only the prose of GitHub's description says this much of an annotation. */
function whatIsOdd({ start_column, end_column, ...one }: Annotation): string | null {
  const hasColumns = start_column !== undefined || end_column !== undefined;
  if (one.start_line < 1 || (start_column ?? 1) < 1) return "lines and columns start at 1";
  if (one.end_line < one.start_line) return "an annotation ends before it starts";
  if (hasColumns && one.start_line !== one.end_line) return "columns are for annotations of one line";
  if ((one.title ?? "").length > titleCharacters) return "the title of an annotation is too long";
  return Buffer.byteLength(one.message) > annotationBytes ? "the message of an annotation is too long" : null;
}

function change(run: CheckRun, { output, ...sent }: Sent): void {
  Object.assign(run, sent);
  if (sent.conclusion !== undefined) run.status = "completed";
  else if (sent.status !== undefined) Object.assign(run, { conclusion: null, completed_at: null });
  if (run.status === "completed") run.completed_at ??= new Date().toISOString();
  if (output !== undefined) {
    const { annotations = [], ...shown } = output;
    run.annotations.push(...annotations);
    Object.assign(run.output, shown);
    run.output.text = withinBytes(run.output.text);
  }
  const { status, conclusion } = run;
  run.history.push({ status, conclusion, title: run.output.title });
}

/** Of a long text GitHub keeps what fits, and says nothing. */
function withinBytes(text: string | null): string | null {
  if (text === null) return null;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read);
}
