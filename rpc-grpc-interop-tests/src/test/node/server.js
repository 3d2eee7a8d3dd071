// Serves test.Words, with every kind of method, at a port that it prints. Ends with its standard input.
'use strict';

const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const { Words } = grpc.loadPackageDefinition(loader.loadSync('words.proto')).test;

let cancelled = 0;

const metadata = (key, value) => {
  const made = new grpc.Metadata();
  made.set(key, value);
  return made;
};

const server = new grpc.Server();

server.addService(Words.service, {
  upper(call, answer) {
    const [token = 'none'] = call.metadata.get('token');
    answer(null, { value: call.request.value.toUpperCase() }, metadata('echo', token));
  },
  fail(call, answer) {
    answer({ code: grpc.status.NOT_FOUND, details: `no ${call.request.value}`, metadata: metadata('reason', 'why') });
  },
  never(call) {
    call.on('cancelled', () => { cancelled++; });
  },
  cancelled(call, answer) {
    answer(null, { value: String(cancelled) });
  },
  repeat(call) {
    for (let i = 0; i < 3; i++) {
      call.write(call.request);
    }
    call.end();
  },
  join(call, answer) {
    let all = '';
    call.on('data', (word) => { all += word.value; }).on('end', () => answer(null, { value: all }));
  },
  echo(call) {
    call.pipe(call);
  }
});

server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  console.log(port);
});

process.stdin.on('end', () => server.forceShutdown()).resume();
