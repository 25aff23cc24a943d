#!/usr/bin/env node
// What `npx cdktf synth` runs (see cdktf.json).
require('./load')('cdktf-app');
