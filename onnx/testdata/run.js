// Runs models with onnxruntime-node. Its input is JSON: a list of
// {model, inputs: {name: {type, dims, data}}}; it prints a list of
// {name: {dims, data}} or {error}.
const ort = require('onnxruntime-node');
const fs = require('fs');

const arrays = {
  float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array, uint32: Uint32Array,
  bool: Uint8Array, int64: BigInt64Array,
};

async function main() {
  const results = [];
  for (const job of JSON.parse(fs.readFileSync(0))) {
    try {
      const session = await ort.InferenceSession.create(job.model, { logSeverityLevel: 3 });
      const feeds = {};
      for (const [name, t] of Object.entries(job.inputs)) {
        const data = t.type === 'int64' ? t.data.map(BigInt) : t.data;
        feeds[name] = new ort.Tensor(t.type, arrays[t.type].from(data), t.dims);
      }
      const out = await session.run(feeds);
      const result = {};
      for (const [name, t] of Object.entries(out)) {
        result[name] = { dims: t.dims, data: Array.from(t.data, (v) => { const n = Number(v); return Number.isFinite(n) ? n : String(n); }) };
      }
      results.push({ outputs: result });
    } catch (e) {
      results.push({ error: String(e) });
    }
  }
  console.log(JSON.stringify(results));
}

main();
