import type { Catalogue, Offering } from '../../hardware/offerings';
import { ageDays, sourceDay } from './age';
import { mergeCatalogue } from './merge';
import type { Overlay } from './overlay';

/** One figure of an offering, with where it comes from and how old it is. */
export interface Figure {
  readonly region: string;
  readonly instanceType: string;
  readonly figure: string;
  readonly value: string;
  readonly source: string;
  readonly day: string;
  readonly ageDays: number;
}

/** Every figure known of the offerings that match, in catalogue order. */
export function figuresOf(
  embedded: Catalogue,
  overlay: Overlay,
  wanted: (offering: Offering) => boolean,
  today: Date,
): Figure[] {
  const merged = mergeCatalogue(embedded, overlay);
  return merged.offerings.filter(wanted).flatMap((offering) => {
    const { region, instanceType } = offering;
    const live = overlay.regions[region]?.offerings[instanceType];
    const row = (figure: string, value: string, source: string, moment?: string): Figure => {
      const day = moment?.slice(0, 10) ?? sourceDay(source, embedded.asOf);
      return { region, instanceType, figure, value, source, day, ageDays: ageDays(day, today) };
    };
    const rows = [
      live?.zones
        ? row('zones', offering.zoneIds.join(' '), 'ec2 offerings', live.zones.asOf)
        : row('zones', offering.zoneIds.join(' '), 'snapshot', embedded.asOf),
      offering.onDemand === null
        ? row('on-demand', 'no price known', 'snapshot', embedded.asOf)
        : row(
            'on-demand',
            usd(offering.onDemand.usdPerHour),
            `${offering.onDemand.source} (${offering.onDemand.evidence})`,
          ),
      ...Object.entries(offering.spot).map(([zone, price]) =>
        row(`spot ${zone}`, usd(price.usdPerHour), price.source),
      ),
    ];
    const block = live?.capacityBlock;
    if (block) {
      const what = `capacity block ${block.zoneId}`;
      rows.push(
        row(
          what,
          `${usd(block.usdPerHour)} for ${block.durationHours} h from ${block.startsAt.slice(0, 10)}`,
          'ec2 capacity block offerings',
          block.asOf,
        ),
      );
    }
    const placement = live?.placement;
    for (const [zone, score] of Object.entries(placement?.scoreByZone ?? {})) {
      const value = `${score} of 10, for one of ${placement!.types.length} types`;
      rows.push(row(`placement ${zone}`, value, 'ec2 spot placement scores', placement!.asOf));
    }
    const machine = live?.specification;
    if (machine) {
      const { gpuCount, gpuName, vcpus, memoryMiB } = machine;
      rows.push(
        row(
          'machine',
          `${gpuCount} x ${gpuName}, ${vcpus} vCPUs, ${memoryMiB / 1024} GiB`,
          'ec2 instance types',
          machine.asOf,
        ),
      );
    }
    return rows;
  });
}

const usd = (usdPerHour: number): string => `$${usdPerHour.toFixed(4)}/h`;
