// One measurement of ONNX Runtime, in a process of its own; prints {"ms": [...], "peak_rss_mb"} as JSON.
//   node onnx_peer.js FOLDER MODEL.onnx BATCH SIZE REPETITIONS THREADS
// FOLDER has node_modules/onnxruntime-node.
"use strict";
const fs = require("fs");
const path = require("path");

const [folder, model, batch, size, repetitions, threads] = process.argv.slice(2);
const ort = require(path.resolve(folder, "node_modules", "onnxruntime-node"));

function peakRssMb() {
  const found = /VmHWM:\s+(\d+) kB/.exec(fs.readFileSync("/proc/self/status", "latin1"));
  return found ? Number(found[1]) / 1024 : null;
}

async function main() {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
  });
  const shape = [Number(batch), 3, Number(size), Number(size)];
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * Math.random() - 1);
  const feeds = { input: new ort.Tensor("float32", values, shape) };
  const ms = [];
  for (let k = -3; k < Number(repetitions); k++) {
    const begun = process.hrtime.bigint();
    await session.run(feeds);
    if (k >= 0) ms.push(Number(process.hrtime.bigint() - begun) / 1e6);
  }
  console.log(JSON.stringify({ ms, peak_rss_mb: peakRssMb() }));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
