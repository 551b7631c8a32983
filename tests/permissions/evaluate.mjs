// Asks iam-simulate about each request on stdin; answers with one decision each, as JSON.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const { runSimulation } = createRequire(`${process.argv[2]}/`)('@cloud-copilot/iam-simulate')
const { policy, principal, requests, keyPolicy } = JSON.parse(readFileSync(0, 'utf8'))
const decisions = []
for (const { action, resource, context } of requests) {
  const answer = await runSimulation(
    {
      identityPolicies: policy ? [{ name: 'tested', policy }] : [],
      ...(keyPolicy ? { resourcePolicy: keyPolicy } : {}),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      request: {
        action,
        principal,
        resource: { resource, accountId: principal.split(':')[4] },
        contextVariables: context,
      },
    },
    {},
  )
  // A request that the action does not know, or a key that it does not fill in, would prove nothing.
  const ignored = (answer.results ?? [answer.result]).flatMap((each) => each?.ignoredContextKeys ?? [])
  decisions.push(ignored.length ? `ignored ${ignored}` : (answer.overallResult ?? JSON.stringify(answer.errors)))
}
console.log(JSON.stringify(decisions))
