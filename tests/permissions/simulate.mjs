// Asks iam-simulate about each simulation on stdin, in one process; answers with one decision each, as JSON.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const { runSimulation } = createRequire(`${process.argv[2]}/`)('@cloud-copilot/iam-simulate')
const decisions = []
for (const simulation of JSON.parse(readFileSync(0, 'utf8'))) {
  const answer = await runSimulation({ serviceControlPolicies: [], resourceControlPolicies: [], ...simulation }, {})
  decisions.push(answer.overallResult ?? JSON.stringify(answer.errors))
}
console.log(JSON.stringify(decisions))
