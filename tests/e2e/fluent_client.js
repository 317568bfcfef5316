// Sends records with @fluent-org/logger. Standard input: {"options": of the client, "records": [[seconds, ns, record]...]},
// where "ca", "cert" and "key" among the socket's TLS options are files. Standard output: {"acked": count, "errors": [message...]}.
const fs = require("fs");
const { FluentClient, EventTime } = require("@fluent-org/logger");

async function main() {
  const { options, records } = JSON.parse(fs.readFileSync(0));
  const tls = options.socket.tls || {};
  for (const name of ["ca", "cert", "key"].filter((name) => tls[name])) {
    tls[name] = fs.readFileSync(tls[name]);
  }
  const exact = options.milliseconds;
  const client = new FluentClient("spaces", options);
  const errors = [];
  client.socketOn("error", (error) => errors.push(String(error)));
  const told = await Promise.allSettled(
    records.map(([seconds, ns, record]) => client.emit("app", record, exact ? new EventTime(seconds, ns) : seconds * 1000))
  );
  for (const one of told) {
    if (one.status === "rejected") {
      errors.push(String(one.reason));
    }
  }
  await client.shutdown();
  console.log(JSON.stringify({ acked: told.filter((one) => one.status === "fulfilled").length, errors }));
}

main();
