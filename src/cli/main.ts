import * as z from 'zod';
import { run } from './program';

// A run parses a handful of documents: compiling parsers for them takes longer than they do.
z.config({ jitless: true });

// Whoever reads may stop reading (`| head`), which is no defect: the work goes on and what it writes is complete.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

run(process.argv).then((code) => {
  process.exitCode = code;
  // Stopped by a signal: whatever still waits (a credential program, a metadata service) is waited for no more.
  if (code > 128) process.exit();
});
