import { run } from './program';

run(process.argv).then((code) => {
  process.exitCode = code;
  // Stopped by a signal: whatever still waits (a credential program, a metadata service) is waited for no more.
  if (code > 128) process.exit();
});
