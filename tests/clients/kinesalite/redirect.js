// Loaded into mocha before the suite: what the suite sends to Kinesis in an AWS region goes to
// Freshet instead, over the same TLS, with Freshet's own authority trusted and the Host header left
// as it was signed.
"use strict";
const http = require("http");
const https = require("https");
const server = new URL(process.env.FRESHET_ENDPOINT);
const kinesis = /^kinesis\.[a-z0-9-]+\.amazonaws\.com$/;

for (const module of [http, https]) {
  const original = module.request;
  module.request = function (options, ...rest) {
    const name = options && (options.hostname || options.host);
    if (!kinesis.test(name)) return original.call(this, options, ...rest);
    const headers = { ...options.headers };
    if (!Object.keys(headers).some((key) => key.toLowerCase() === "host")) headers.Host = name;
    return original.call(
      this,
      {
        ...options,
        host: server.hostname,
        hostname: server.hostname,
        port: server.port,
        servername: "localhost",
        headers,
      },
      ...rest,
    );
  };
}
