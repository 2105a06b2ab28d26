/** The first paragraph of a red check, before it is put into words of markdown. */
export type Story = { happened: string; isNot: string; next: string };
