import type { Candidate, MachineOffer, PlanningContext, Rejected } from '../candidate';

/** A named rule: the reason a subject cannot serve, in the user's words, or null when it can. */
export interface Filter<Subject> {
  readonly name: string;
  readonly problem: (subject: Subject, context: PlanningContext) => string | null;
}

export type OfferFilter = Filter<MachineOffer>;
export type CandidateFilter = Filter<Candidate>;

export interface Sifted<Subject> {
  readonly kept: readonly Subject[];
  readonly rejected: readonly Rejected[];
}

/** Applies filters in order; each subject is rejected by the first that objects. */
export function sift<Subject>(
  subjects: readonly Subject[],
  filters: readonly Filter<Subject>[],
  context: PlanningContext,
  describe: (subject: Subject) => Pick<Rejected, 'instanceType' | 'checkpoint'>,
): Sifted<Subject> {
  const kept: Subject[] = [];
  const rejected: Rejected[] = [];
  for (const subject of subjects) {
    const rejection = firstProblem(subject, filters, context);
    if (rejection === null) kept.push(subject);
    else rejected.push({ ...describe(subject), ...rejection, distance: Number.POSITIVE_INFINITY });
  }
  return { kept, rejected };
}

function firstProblem<Subject>(
  subject: Subject,
  filters: readonly Filter<Subject>[],
  context: PlanningContext,
): { filter: string; reason: string } | null {
  for (const filter of filters) {
    const reason = filter.problem(subject, context);
    if (reason !== null) return { filter: filter.name, reason };
  }
  return null;
}
