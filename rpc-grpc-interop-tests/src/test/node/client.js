// Calls test.Notes at the port that is its argument, with every kind of method, and says what came of it in JSON.
'use strict';

const grpc = require('@grpc/grpc-js');

const toBytes = (message) => Buffer.from(JSON.stringify(message));
const toMessage = (bytes) => JSON.parse(bytes.toString());

const method = (name, requestStream, responseStream) => ({
  path: `/test.Notes/${name}`,
  requestStream,
  responseStream,
  requestSerialize: toBytes,
  requestDeserialize: toMessage,
  responseSerialize: toBytes,
  responseDeserialize: toMessage
});

const Notes = grpc.makeGenericClientConstructor({
  upper: method('upper', false, false),
  fail: method('fail', false, false),
  never: method('never', false, false),
  repeat: method('repeat', false, true),
  join: method('join', true, false),
  echo: method('echo', true, true)
}, 'test.Notes');

const client = new Notes(`127.0.0.1:${process.argv[2]}`, grpc.credentials.createInsecure());
const deadline = (ms) => ({ deadline: Date.now() + ms });

const unary = (name, request, ms) => new Promise((resolve) => {
  const metadata = new grpc.Metadata();
  metadata.set('token', 'secret');
  let trailers = {};
  client[name](request, metadata, deadline(ms), (error, reply) => {
    setImmediate(() => resolve(error
      ? { code: error.code, details: error.details, status: error.metadata.get('grpc-status-details-bin').length }
      : { reply, echo: trailers['echo'] }));
  }).on('status', (status) => { trailers = status.metadata.getMap(); });
});

const read = (call) => new Promise((resolve, reject) => {
  const messages = [];
  call.on('data', (message) => messages.push(message.text)).on('end', () => resolve(messages)).on('error', reject);
});

(async () => {
  const result = {};
  result.upper = await unary('upper', { text: 'note' }, 30000);
  result.fail = await unary('fail', { text: 'note' }, 30000);
  result.never = (await unary('never', { text: 'note' }, 500)).code;
  result.repeat = await read(client.repeat({ text: 'note' }, deadline(30000)));
  result.join = await new Promise((resolve, reject) => {
    const call = client.join(deadline(30000), (error, reply) => error ? reject(error) : resolve(reply.text));
    ['a', 'b', 'c'].forEach((text) => call.write({ text }));
    call.end();
  });
  const echo = client.echo(deadline(30000));
  const echoes = read(echo);
  for (let i = 0; i < 1000; i++) {
    echo.write({ text: String(i) });
  }
  echo.end();
  result.echo = (await echoes).length;
  client.close();
  console.log(JSON.stringify(result));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
