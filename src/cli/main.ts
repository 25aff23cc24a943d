import { z } from 'zod';
import { run } from './program';

// A run parses a handful of documents: compiling parsers for them takes longer than they do.
z.config({ jitless: true });

run(process.argv).then((code) => {
  process.exitCode = code;
  // Stopped by a signal: whatever still waits (a credential program, a metadata service) is waited for no more.
  if (code > 128) process.exit();
});
