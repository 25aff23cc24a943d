import { z } from 'zod';
import { run } from './program';

// A run parses a handful of documents: compiling parsers for them takes longer than they do.
z.config({ jitless: true });

run(process.argv).then((code) => {
  process.exitCode = code;
});
