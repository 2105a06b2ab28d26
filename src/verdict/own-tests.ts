/** What was seen of the recipe's own tests: how each ended, and what it told. Facts only, as in observation.ts. */

export type TestObservation =
  /** One test that came to its end, in a container of its own beside the service. */
  {
    is: "tested";
    at: string;
    /** As testme.yml calls it. */
    test: string;
    service: string;
    image: string;
    network: TestsNetwork;
    end: TestEnd;
    /** By the engine's clock; 0 where it never started. */
    ms: number;
    /** The last that it wrote, oldest first, redacted. */
    lines: readonly string[];
    /** What it told of its points; none where it speaks by its exit code alone. */
    results: readonly TestResult[];
  };
/** What it could reach: the stack's services alone, or all that its service's task reaches. */
export type TestsNetwork = "stack" | "open";
export type TestResult = { name: string; status: "pass" | "fail" | "skip"; detail: string };
export type TestEnd =
  | { is: "exited"; code: number }
  /** The kernel killed it at its own limit. */
  | { is: "out-of-memory"; limitBytes: number }
  | { is: "out-of-time"; afterMs: number }
  /** It could not be started; in the words of whoever refused. */
  | { is: "unstarted"; said: string };

/** `point` null: the test as a whole. */
export type FailedTest = { test: string; point: string | null; detail: string; end: TestEnd };
/** `of`: how many results there are, points where a test told of them. */
export type TestFinding = { is: "tests-failed"; failed: readonly FailedTest[]; of: number };
