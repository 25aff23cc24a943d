import { Command, Option } from 'commander';
import { parsePlan } from '../../plan/document';
import { reportData } from '../../report/data';
import { htmlReport } from '../../report/html/document';
import { markdownReport } from '../../report/markdown';
import { terminalReport } from '../../report/terminal';
import { writeText } from '../files';
import { htmlAssets } from '../html-file';
import { jsonText } from '../output/json';
import { readText } from '../read-text';
import type { Streams } from '../streams';

interface ReportOptions {
  readonly html?: string;
  readonly markdown?: string | true;
  readonly json?: boolean;
}

/** `report PLAN`: a plan for people, in the terminal, as Markdown for a pull request, or as one HTML file. */
export function reportCommand(streams: Streams): Command {
  return new Command('report')
    .description('show a plan: in the terminal, as Markdown, or as one self-contained HTML file')
    .argument('<PLAN>', 'plan document written by qwen-selfhost plan')
    .option('--html <file>', 'write one HTML file with charts; it needs no network')
    .option('--markdown [file]', 'print Markdown for a pull request, or write it to a file')
    .addOption(new Option('--json', 'print the report as JSON').conflicts('markdown'))
    .action((file: string, { html, markdown, json }: ReportOptions) => {
      const plan = parsePlan(readText(file), file);
      const written: string[] = [];
      const write = (path: string, text: string): void => {
        writeText(path, text);
        written.push(path);
      };
      if (html !== undefined) write(html, htmlReport(plan, file, htmlAssets(), streams.program));
      if (typeof markdown === 'string') write(markdown, markdownReport(plan, file, streams.program));
      if (json) streams.out(jsonText(reportData(plan)));
      else if (markdown === true) streams.out(markdownReport(plan, file, streams.program));
      else if (written.length > 0) streams.out(`Wrote ${written.join(', ')}\n`);
      else streams.out(terminalReport(plan, { ...streams, file }));
    });
}
