import { stringify } from 'yaml';
import { quote, UserError } from '../errors';
import { firstBroken, parsedYaml, plainValue, type RequirementsSource } from './document';

const MOST_SERVICES = 50;
const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * One document a service: `services:` lists what differs, the other keys hold for all of them. A document without
 * `services` is its own only service, with its lines and comments.
 * @throws UserError for a list that is empty, too long or not of sections, and for two services of one name
 */
export function splitServices(source: RequirementsSource): RequirementsSource[] {
  const document = parsedYaml(source.text);
  // Broken YAML is told with its line where documents are read.
  if (firstBroken(document) !== undefined || !document.has('services')) return [source];
  const { services, ...common } = plainValue(document, source.name) as Record<string, unknown>;
  if (
    !Array.isArray(services) ||
    services.length === 0 ||
    services.length > MOST_SERVICES ||
    !services.every(isSection)
  ) {
    throw new UserError(
      `${source.name}: services: expected a list of 1 to ${MOST_SERVICES} sections such as '- model: Qwen3.5-35B-A3B'`,
    );
  }
  const names = services.map((service) => service.name ?? service.model);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UserError(`${source.name}: services: two are named ${quote(twice)}; give each its own name`);
  return services.map((service, i) => ({
    name: `${source.name} services[${i}]`,
    text: stringify(merged(common, service)),
    rewritten: true,
  }));
}

/** Sections are merged key by key; everything else is the service's own. */
function merged(common: Record<string, unknown>, own: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...common };
  for (const [key, value] of Object.entries(own)) {
    const shared = common[key];
    result[key] = isSection(shared) && isSection(value) ? merged(shared, value) : value;
  }
  return result;
}
