// Sends three log records, a counter, a gauge and a span with values that are easy in JavaScript and
// hard in OTLP. Run where the packages are installed:
//     node send.cjs grpc|http|proto ENDPOINT
// The exporters' names tell what they speak: "http" is OTLP/HTTP with JSON, "proto" with protobuf.

const { createRequire } = require('node:module');
const load = createRequire(`${process.cwd()}/package.json`);
const [protocol, endpoint] = process.argv.slice(2);

const api = load('@opentelemetry/api');
const logs = load('@opentelemetry/sdk-logs');
const metrics = load('@opentelemetry/sdk-metrics');
const isNew = '@opentelemetry/sdk-trace' in load('./package.json').dependencies;
const traces = load(isNew ? '@opentelemetry/sdk-trace' : '@opentelemetry/sdk-trace-base');

const cut = 'half 😀'.slice(0, 6);
const deep = [1, ['two', [null, { three: 3.5 }]]];

function exporter(signal, className) {
  const Exporter = load(`@opentelemetry/exporter-${signal}-otlp-${protocol}`)[className];
  const path = signal === 'trace' ? 'traces' : signal;
  const url = protocol === 'grpc' ? endpoint : `${endpoint}/v1/${path}`;
  return new Exporter({ url, compression: isNew ? 'gzip' : 'none' });
}

async function sendLogs() {
  const target = exporter('logs', 'OTLPLogExporter');
  const processor = new logs.SimpleLogRecordProcessor(isNew ? { exporter: target } : target);
  const provider = new logs.LoggerProvider({ processors: [processor] });
  provider.addLogRecordProcessor?.(processor);
  const logger = provider.getLogger('sent', '1');
  logger.emit({
    body: cut,
    timestamp: [7, 9],
    attributes: {
      cut,
      nul: 'a\0b',
      big: 2 ** 53,
      small: -(2 ** 53),
      notANumber: NaN,
      infinite: Infinity,
      nothing: null,
      deep,
      flag: false,
    },
  });
  logger.emit({ body: 'odd', attributes: { huge: 1e300, told: 'all the same' } });
  logger.emit({
    body: 'bytes',
    attributes: { bytes: new Uint8Array([0, 255, 128]), told: 'all the same' },
  });
  await provider.shutdown();
}

async function sendMetrics() {
  const reader = new metrics.PeriodicExportingMetricReader({
    exporter: exporter('metrics', 'OTLPMetricExporter'),
  });
  const provider = new metrics.MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('sent', '1');
  meter.createCounter('counted').add(2 ** 53, { cut });
  meter.createGauge('gauged').record(NaN, { cut });
  await provider.shutdown();
}

async function sendTraces() {
  const target = exporter('trace', 'OTLPTraceExporter');
  const processor = new traces.SimpleSpanProcessor(isNew ? { exporter: target } : target);
  const Provider = isNew ? traces.TracerProvider : traces.BasicTracerProvider;
  const provider = new Provider({ spanProcessors: [processor] });
  const span = provider.getTracer('sent', '1').startSpan(cut, { kind: api.SpanKind.CLIENT });
  span.addEvent('happened', { cut });
  span.setStatus({ code: api.SpanStatusCode.ERROR, message: cut });
  span.end();
  await provider.shutdown();
  process.stdout.write(JSON.stringify(span.spanContext()));
}

api.diag.setLogger(new api.DiagConsoleLogger(), api.DiagLogLevel.WARN);
Promise.all([sendLogs(), sendMetrics(), sendTraces()]);
