const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

/** Leaves the counts of a run in `test-output/results.json` of its project, where tools/run-tests.mjs adds them up. */
module.exports = class ResultsReporter {
  constructor({ rootDir }) {
    this.folder = join(rootDir, 'test-output');
  }

  onRunComplete(_contexts, results) {
    const tests = results.testResults.flatMap((file) => file.testResults);
    const namesOf = (status) => tests.filter((test) => test.status === status).map((test) => test.fullName);
    const summary = {
      passed: results.numPassedTests,
      // A file that cannot be loaded runs no test: it counts as one that failed.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      failures: namesOf('failed'),
      skipped: namesOf('pending'),
    };
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'results.json'), JSON.stringify(summary, null, 2));
  }
};
