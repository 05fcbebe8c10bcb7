'use strict';
// A drawing program with a licence: `node app.js acme-cad.lh`, then `draw` or `simulate`, a line each.
const readline = require('node:readline');
const { Client } = require('leasehold');

// A real application holds its manifest in its code.
const client = Client.fromFile(process.argv[2]);

function describe() {
  const { kind, why } = client.standing();
  if (kind === 'licensed') return 'licensed';
  return kind === 'reduced' ? `read-only (${why})` : client.message();
}

async function main() {
  console.log(describe());
  for await (const command of readline.createInterface({ input: process.stdin })) {
    if (command === 'activate') {
      await client.activate();
      console.log(describe());
    } else if (command === 'draw' && client.standing().allowsChanges) console.log('drawn');
    else if (command === 'simulate' && client.feature('simulation')) console.log('simulated');
    else console.log(`${command}: not possible; ${describe()}`);
  }
  client.close();
}

main();
