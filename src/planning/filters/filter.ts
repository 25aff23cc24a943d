import type { Candidate, MachineOffer, PlanningContext, Rejected } from '../candidate';

/** Why a subject cannot serve, in the user's words. */
export interface Objection {
  readonly reason: string;
  /** How far from serving: needed over available, 1 is just enough. Infinity where it has no measure. */
  readonly distance: number;
}

/** An objection, and the filter that made it. */
export interface Miss extends Objection {
  readonly filter: string;
}

/** A named rule: what it objects to in a subject, or null when the subject can serve. */
export interface Filter<Subject> {
  readonly name: string;
  readonly problem: (subject: Subject, context: PlanningContext) => Objection | string | null;
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
    const miss = firstMiss(subject, filters, context);
    if (miss === null) kept.push(subject);
    else rejected.push({ ...describe(subject), ...miss });
  }
  return { kept, rejected };
}

/** What the first filter that objects has to say; null when none does. */
export function firstMiss<Subject>(
  subject: Subject,
  filters: readonly Filter<Subject>[],
  context: PlanningContext,
): Miss | null {
  for (const filter of filters) {
    const problem = filter.problem(subject, context);
    if (typeof problem === 'string')
      return { filter: filter.name, reason: problem, distance: Number.POSITIVE_INFINITY };
    if (problem !== null) return { filter: filter.name, ...problem };
  }
  return null;
}
