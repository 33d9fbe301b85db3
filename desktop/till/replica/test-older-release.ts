import { withoutColumns } from './test-releases.ts'

// Imported before a till's own modules, it makes the process one of a release that lacks these columns.
withoutColumns(JSON.parse(process.env.TEST_LACKS ?? '{}'))
