/** Why a stage that found nothing wrong claims nothing: on purpose, or because nobody has shown it. */
export type Unproven = { is: "skipped" | "unverified"; reason: string };
