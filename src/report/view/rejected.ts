import type { Plan } from '../../plan/schema';
import type { DataTable } from './section';

/** Instance types not chosen, the closest first, each with what stopped it. */
export const rejectedTable = ({ rejected }: Plan, most = rejected.length): DataTable => ({
  caption: 'Instance types not chosen, the closest first',
  columns: [{ title: 'instance type' }, { title: 'stopped by' }, { title: 'reason' }],
  rows: rejected.slice(0, most).map(({ instanceType, filter, reason }) => [instanceType, filter, reason]),
});
