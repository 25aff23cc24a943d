import { Command } from 'commander';
import { type Overlay, serializeOverlay } from '../../aws/catalogue/overlay';
import { refresh } from '../../aws/catalogue/refresh';
import type { Missing } from '../../aws/catalogue/region';
import { figuresOf } from '../../aws/catalogue/show';
import { UserError } from '../../errors';
import { INSTANCE_TYPES, matchesTypePattern } from '../../hardware/instance-types';
import { EMBEDDED_CATALOGUE } from '../../hardware/offerings';
import { table } from '../../report/table';
import { checkRegion, usualRegion, withAws } from '../aws-command';
import { currentOverlay, loadOverlay, overlayPath } from '../catalogue-overlay';
import { writeText } from '../files';
import type { FiguresOutput, RefreshOutput } from '../output/catalog';
import { jsonText } from '../output/json';
import type { Streams } from '../streams';

/** `catalog refresh` and `catalog show`: today's offerings and prices, and where each figure comes from. */
export function catalogCommand(streams: Streams): Command {
  const command = new Command('catalog').description(
    'GPU offerings and prices: refresh them, show them with their age',
  );
  command.addCommand(refreshCommand(streams));
  command.addCommand(showCommand(streams));
  return command;
}

interface RefreshOptions {
  readonly region?: string[];
  readonly profile?: string;
  readonly out?: string;
  readonly placementScores?: boolean;
  readonly quotas?: boolean;
  readonly json?: boolean;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function refreshCommand(streams: Streams): Command {
  return new Command('refresh')
    .description('read offerings, prices and capacity blocks of your AWS account; planning then uses them')
    .option(
      '--region <name>',
      'region to refresh, repeatable (default: AWS_REGION, or that of your profile)',
      collect,
    )
    .option('--profile <name>', 'profile of your AWS configuration')
    .option(
      '--placement-scores',
      'also read spot placement scores; AWS limits how many an account may ask for in 24 hours',
    )
    .option('--quotas', "also read the account's vCPU quotas: plans then say whether they are enough")
    .option('--out <file>', 'where to write (default: the file that planning reads)')
    .option('--json', 'print what was refreshed as JSON')
    .action(async (options: RefreshOptions) => {
      const named = options.region?.map((region) => checkRegion(region));
      const regions = [...new Set(named ?? [await usualRegion(options.profile)])];
      const out = options.out ?? overlayPath();
      if (out === null)
        throw new UserError(
          'QWEN_SELFHOST_CATALOGUE is none, so planning reads no overlay: unset it or give --out FILE',
        );
      const { overlay: before, warning } = loadOverlay(out);
      if (warning !== null) streams.err(`warning: ${warning}\n`);
      const now = new Date();
      const { calls, result } = await withAws(streams, options.profile, async (session) => {
        const result = await refresh(session, regions, before, {
          embedded: EMBEDDED_CATALOGUE,
          now,
          placementScores: options.placementScores ?? false,
          quotas: options.quotas ?? false,
        });
        session.throwIfStopped();
        if (result.overlay !== null) writeText(out, serializeOverlay(result.overlay));
        return { result, calls: session.calls };
      });
      const { refreshed, missing, unknownTypes } = result;
      const written = result.overlay === null ? null : out;
      if (options.json) {
        const document: RefreshOutput = {
          written,
          refreshed: [...refreshed],
          missing: [...missing],
          unknownTypes: [...unknownTypes],
          calls,
        };
        streams.out(jsonText(document));
      } else if (result.overlay !== null) {
        streams.out(`Wrote ${out}\n${summary(result.overlay, refreshed)}`);
        if (unknownTypes.length > 0)
          streams.out(
            `Not planned with, because this release has no data of them: ${unknownTypes.join(', ')}\n`,
          );
      }
      if (missing.length > 0) {
        streams.err(missingLines(missing));
        throw new UserError(
          result.overlay === null
            ? `nothing could be refreshed in ${regions.join(', ')}; ${out} is as before`
            : 'not everything could be refreshed; what is missing keeps its older figures',
          3,
        );
      }
    });
}

/** What could not be read, one line a reason. */
function missingLines(missing: readonly Missing[]): string {
  const partsFor = new Map<string, string[]>();
  for (const { region, part, reason } of missing) {
    const line = `of ${region}: ${reason}`;
    partsFor.set(line, [...(partsFor.get(line) ?? []), part]);
  }
  return [...partsFor].map(([line, parts]) => `missing: ${parts.join(', ')} ${line}\n`).join('');
}

function summary(overlay: Overlay, regions: readonly string[]): string {
  const rows = regions.map((region) => {
    const offerings = Object.values(overlay.regions[region]?.offerings ?? {});
    const having = (has: (offering: (typeof offerings)[number]) => boolean): string =>
      String(offerings.filter(has).length);
    return [
      region,
      having(({ zones }) => (zones?.zoneIds.length ?? 0) > 0),
      having(({ onDemand }) => onDemand !== null),
      having(({ spot }) => Object.keys(spot?.usdPerHourByZone ?? {}).length > 0),
      having(({ capacityBlock }) => capacityBlock !== null),
    ];
  });
  return table(['region', 'types offered', 'on-demand prices', 'spot prices', 'capacity blocks'], rows, {
    rightAligned: [1, 2, 3, 4],
  });
}

function showCommand(streams: Streams): Command {
  return new Command('show')
    .description('print offerings with the source and age of each figure; needs no credentials')
    .argument('[TYPE]', 'instance type, family or pattern, for example g6e.xlarge, g7e or p5*')
    .option('--region <name>', 'one region (default: all)')
    .option('--json', 'print JSON')
    .action((pattern: string | undefined, options: { region?: string; json?: boolean }) => {
      const region = options.region === undefined ? undefined : checkRegion(options.region);
      if (pattern !== undefined && !INSTANCE_TYPES.some(({ name }) => matchesTypePattern(name, pattern)))
        throw new UserError(
          `no GPU instance type matches ${JSON.stringify(pattern)}; give a name such as g6e.xlarge, a family such as g7e, or a pattern such as p5*`,
        );
      const { overlay, warning } = currentOverlay();
      if (warning !== null) streams.err(`warning: ${warning}\n`);
      const figures = figuresOf(
        EMBEDDED_CATALOGUE,
        overlay,
        (offering) =>
          (region === undefined || offering.region === region) &&
          (pattern === undefined || matchesTypePattern(offering.instanceType, pattern)),
        new Date(),
      );
      if (figures.length === 0)
        throw new UserError(`nothing is known of ${pattern ?? 'any type'} in ${region ?? 'any region'}`, 1);
      if (options.json) {
        streams.out(jsonText(figures satisfies FiguresOutput));
        return;
      }
      const rows = figures.map((row) => [
        row.region,
        row.instanceType,
        row.figure,
        row.value,
        `${row.ageDays} d`,
        row.source,
      ]);
      streams.out(
        table(['region', 'type', 'figure', 'value', 'age', 'source'], rows, {
          rightAligned: [4],
          // One figure a line and nothing cut, whatever the width: people search this list for a source.
          columns: Number.POSITIVE_INFINITY,
        }),
      );
    });
}
