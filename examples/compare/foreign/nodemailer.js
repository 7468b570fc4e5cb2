// A worker for Node.js, as worker.go is for Go:
//   node nodemailer.js build|send|single FOLDER SIZE ADDR OUTPUT
// nodemailer comes from the folder of modules NODEMAILER_DIR.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { createRequire } = require('module');
const modules = process.env.NODEMAILER_DIR;
const peer = createRequire(path.join(modules, 'worker.js'));
const nodemailer = peer('nodemailer');
const MailComposer = peer('nodemailer/lib/mail-composer');
const { version } = JSON.parse(fs.readFileSync(path.join(modules, 'nodemailer/package.json'), 'utf8'));

const [job, folder, size, addr, output] = process.argv.slice(2);

function readLetter(name) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'letters', name + '.json'), 'utf8'));
}

function message(letter) {
  return {
    from: { name: letter.from.Name, address: letter.from.Address },
    to: { name: letter.to.Name, address: letter.to.Address },
    subject: letter.subject,
    date: new Date('2026-05-10T09:00:00Z'),
    text: letter.text,
    html: letter.html,
    attachments: (letter.files || []).map(f => ({ filename: f.name, path: f.path, contentType: f.type, cid: f.cid })),
  };
}

// build gives each piece of a message to out.
function build() {
  const letter = readLetter(size);
  return out => new Promise((done, failed) => {
    const stream = new MailComposer(message(letter)).compile().createReadStream();
    stream.on('data', out);
    stream.on('end', done);
    stream.on('error', failed);
  });
}

// send hands messages over one after the other: over one connection, or each over its own.
function send(pool) {
  const [host, port] = addr.split(':');
  const transport = nodemailer.createTransport({
    host, port: Number(port), secure: false, ignoreTLS: true, name: 'client.example', pool, maxConnections: 1, maxMessages: Infinity,
  });
  const letter = readLetter('text');
  return () => transport.sendMail(message(letter));
}

const work = { build, send: () => send(true), single: () => send(false) }[job]();

async function main() {
  const first = [];
  await work(piece => first.push(piece));
  fs.writeFileSync(output, Buffer.concat(first));
  process.stdout.write(`ready Node.js ${process.versions.node}, nodemailer ${version}\n`);
  let octets = 0;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const times = Number(line);
    const cpu = process.cpuUsage();
    const begun = process.hrtime.bigint();
    for (let i = 0; i < times; i++) await work(piece => { octets += piece.length; });
    const wall = process.hrtime.bigint() - begun;
    const used = process.cpuUsage(cpu);
    process.stdout.write(JSON.stringify({ wall: Number(wall), cpu: (used.user + used.system) * 1000 }) + '\n');
  }
  process.exit(0);
}

main().catch(err => { console.error(err); process.exit(1); });
