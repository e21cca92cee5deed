// bench/llc.md, written from the records.

import { writeFileSync } from "node:fs";
import { agreementSection } from "./agreement-records.js";
import { coverageSection } from "./coverage-records.js";

const INTRODUCTION = `# Whether estimates of learning coefficients are right

Written by \`npm run bench -- llc-coverage\` and \`npm run bench -- llc-agreement\` from what they recorded in \`llc/coverage.jsonl\` and
\`llc/agreement.jsonl\`. Either runs what is missing there, or what of it is named: \`npm run bench -- llc-coverage NUTS\`,
\`npm run bench -- llc-agreement base\`; with \`table\` alone nothing is run and this page is written again. Equal seeds on equal commits give equal
numbers, but for times, which are beside other work on the machine.
`;

export function writePage(): void {
  const page = [INTRODUCTION, agreementSection(), coverageSection()].join("\n");
  writeFileSync(new URL("../llc.md", import.meta.url), page);
}
