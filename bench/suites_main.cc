// Hands the stages to Google Benchmark. Times are CPU times of the process, so that other load on the machine matters least.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>

#include "bench/clock.h"
#include "bench/suite.h"

namespace {

// Made at a stage's first run and kept: the library comes back to a stage again and again.
std::map<const bench_stage *, void *> opened;

void *state_of(const bench_stage *stage) {
  auto found = opened.find(stage);
  if (found != opened.end()) {
    return found->second;
  }
  return opened[stage] = stage->open(stage->variant);
}

void run(benchmark::State &state, const bench_stage *stage) {
  void *opened_state = state_of(stage);
  bench_work work = {};
  while (state.KeepRunning()) {
    double begun = bench_cpu_seconds();
    work = stage->run(opened_state);
    double seconds = bench_cpu_seconds() - begun;
    state.SetIterationTime(work.seconds > 0 ? work.seconds : seconds);
  }
  bench_require(work.items > 0, stage->name);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(work.items));
  if (work.bytes > 0) {
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(work.bytes));
  }
  state.SetLabel(stage->items);
}

size_t add(const bench_suite &suite) {
  for (size_t i = 0; i < suite.count; i++) {
    const bench_stage *stage = &suite.stages[i];
    benchmark::RegisterBenchmark(stage->name, run, stage)->UseManualTime()->Unit(benchmark::kMillisecond);
  }
  return suite.count;
}

} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  for (const bench_suite *suite : {&bench_suite_decompress, &bench_suite_lines, &bench_suite_unwrap, &bench_suite_json,
                                   &bench_suite_wake, &bench_suite_confirm, &bench_suite_events, &bench_suite_tally,
                                   &bench_suite_state, &bench_suite_triage, &bench_suite_protocols, &bench_suite_gather}) {
    bench_require(add(*suite) > 0, "a suite without stages");
  }
  size_t ran = benchmark::RunSpecifiedBenchmarks();
  for (const auto &[stage, state] : opened) {
    stage->close(state);
  }
  bench_inputs_release();
  benchmark::Shutdown();
  return ran > 0 ? 0 : 2;
}
