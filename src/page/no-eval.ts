import * as z from 'zod';

// The page's Content-Security-Policy forbids code made from text, which zod's parsers would try (and report).
z.config({ jitless: true });
