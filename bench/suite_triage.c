/* Tallies → incidents, verdicts, and their JSON. */
#include <stdlib.h>

#include "bench/spaces.h"
#include "bench/suite.h"
#include "engine/report.h"
#include "engine/triage.h"

enum { JSON_KEEP = 64 * 1024 };

struct triage {
  struct bench_spaces spaces;
  const struct sift_ruleset *ruleset;
  struct sift_incidents incidents;
  struct sift_triage *triage;
  struct sift_verdict *verdicts;
  struct sift_json json;
};

static void *open_triage(int variant) {
  (void)variant;
  struct triage *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  bench_spaces_make(&self->spaces);
  self->ruleset = sift_database_ruleset(bench_database());
  self->verdicts = calloc(self->spaces.count, sizeof self->verdicts[0]);
  sift_json_init(&self->json);
  bench_require(self->verdicts != NULL &&
                    sift_incidents_find(&self->incidents, self->ruleset, sift_state_reader_fleet(self->spaces.reader),
                                        self->spaces.count) == SIFT_OK &&
                    sift_triage_new(&self->triage, self->ruleset, &self->incidents) == SIFT_OK,
                "out of memory");
  for (size_t i = 0; i < self->spaces.count; i++) {
    sift_triage_judge(self->triage, &self->spaces.items[i], &self->verdicts[i]);
  }
  return self;
}

static struct bench_work run_judge(void *state) {
  struct triage *self = state;
  for (size_t i = 0; i < self->spaces.count; i++) {
    sift_triage_judge(self->triage, &self->spaces.items[i], &self->verdicts[i]);
  }
  return (struct bench_work){.items = self->spaces.count};
}

static struct bench_work run_report(void *state) {
  struct triage *self = state;
  struct bench_work work = {.items = self->spaces.count};
  for (size_t i = 0; i < self->spaces.count; i++) {
    sift_report_space(&self->json, self->ruleset, &self->spaces.items[i], &self->verdicts[i]);
    sift_json_raw(&self->json, sift_span_of("\n"));
    if (self->json.len > JSON_KEEP || i + 1 == self->spaces.count) {
      work.bytes += self->json.len;
      sift_json_clear(&self->json);
    }
  }
  bench_require(!self->json.failed, "out of memory");
  return work;
}

static struct bench_work run_incidents(void *state) {
  struct triage *self = state;
  struct sift_incidents incidents;
  const struct sift_fleet *fleet = sift_state_reader_fleet(self->spaces.reader);
  bench_require(sift_incidents_find(&incidents, self->ruleset, fleet, self->spaces.count) == SIFT_OK, "out of memory");
  bench_require(incidents.count > 0, "the fleet's incident is not found");
  sift_incidents_release(&incidents);
  return (struct bench_work){.items = fleet->window_count};
}

static void close_triage(void *state) {
  struct triage *self = state;
  sift_json_release(&self->json);
  sift_triage_free(self->triage);
  sift_incidents_release(&self->incidents);
  bench_spaces_release(&self->spaces);
  free(self->verdicts);
  free(self);
}

static const struct bench_stage stages[] = {
    {"triage/incidents", "windows", open_triage, run_incidents, close_triage, 0},
    {"triage/judge", "Spaces", open_triage, run_judge, close_triage, 0},
    {"triage/report", "Spaces", open_triage, run_report, close_triage, 0},
};
const struct bench_suite bench_suite_triage = BENCH_SUITE(stages);
