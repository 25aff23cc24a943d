#!/usr/bin/env node
require('./load')('main');
