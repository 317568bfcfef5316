/* Property: any bytes, taken for a file of facts, give the same sheets and problems however they are read. The sheets are sound:
 * names that logs could have, each found again under its own, facts in their canonical form; and what was skipped was told. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/space.h"
#include "engine/stream.h"
#include "ingest/facts_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) {
    abort();
  }
}

struct outcome {
  enum sift_status status;
  struct sift_facts_file_result result;
  struct sift_facts *facts;
  struct sift_problems problems;
};

static void read_in_steps(struct outcome *out, const uint8_t *data, size_t size, size_t step) {
  struct sift_source *source = NULL;
  struct sift_facts_file_config config = {.now_ns = INT64_C(1769854830000000000)};
  if (size % 2 == 0) {
    config.default_space = sift_span_of("default/space");
  }
  sift_problems_init(&out->problems);
  require(sift_facts_new(&out->facts) == SIFT_OK);
  require(sift_source_memory(&source, (const char *)data, size, step) == SIFT_OK);
  out->status = sift_facts_file_read_source(out->facts, source, "f", &config, &out->problems, &out->result);
  sift_source_free(source);
  require(sift_facts_seal(out->facts) == SIFT_OK);
}

static void release(struct outcome *outcome) {
  sift_facts_free(outcome->facts);
  sift_problems_release(&outcome->problems);
}

static bool is_number(struct sift_span text, long max) {
  char copy[24] = {0};
  char again[24];
  require(text.len < sizeof copy);
  memcpy(copy, text.data, text.len);
  long number = strtol(copy, NULL, 10);
  snprintf(again, sizeof again, "%ld", number);
  return number > 0 && number <= max && strcmp(copy, again) == 0;
}

static bool is_flag(struct sift_span text) {
  return sift_span_equal(text, sift_span_of("true")) || sift_span_equal(text, sift_span_of("false"));
}

static void check_sheet(const struct sift_fact_sheet *sheet) {
  const struct sift_span *values = sheet->values;
  require(sift_space_name_valid(sheet->space));
  require(values[SIFT_FACT_APP_PORT].len == 0 || is_number(values[SIFT_FACT_APP_PORT], 65535));
  require(values[SIFT_FACT_STARTUP_TIMEOUT].len == 0 || is_number(values[SIFT_FACT_STARTUP_TIMEOUT], 400000000));
  require(values[SIFT_FACT_ABUSE].len == 0 || is_flag(values[SIFT_FACT_ABUSE]));
  require(values[SIFT_FACT_DISABLED].len == 0 || is_flag(values[SIFT_FACT_DISABLED]));
  require(values[SIFT_FACT_COMMIT].len <= 64 && values[SIFT_FACT_REPO_COMMIT].len <= 64);
  bool informed = false;
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    informed = informed || values[i].len > 0;
  }
  require(informed);
}

static void check_same(const struct outcome *a, const struct outcome *b) {
  require(a->status == b->status && memcmp(&a->result.sheets, &b->result.sheets, 5 * sizeof(uint64_t)) == 0);
  require(a->result.damaged == b->result.damaged);
  require(a->problems.count == b->problems.count && sift_facts_count(a->facts) == sift_facts_count(b->facts));
  for (size_t i = 0; i < a->problems.count; i++) {
    const struct sift_problem *one = &a->problems.items[i];
    const struct sift_problem *other = &b->problems.items[i];
    require(one->line == other->line && one->column == other->column && strcmp(one->message, other->message) == 0);
  }
  for (size_t i = 0; i < sift_facts_count(a->facts); i++) {
    struct sift_fact_sheet one;
    struct sift_fact_sheet other;
    sift_facts_at(a->facts, i, &one);
    sift_facts_at(b->facts, i, &other);
    check_sheet(&one);
    require(sift_facts_find(a->facts, one.space) == i && sift_span_equal(one.space, other.space) && one.time_ns == other.time_ns);
    for (unsigned j = 0; j < SIFT_FACTS; j++) {
      require(sift_span_equal(one.values[j], other.values[j]));
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct outcome one;
  struct outcome other;
  read_in_steps(&one, data, size, 0);
  read_in_steps(&other, data, size, 1 + size % 13);
  require(one.status == SIFT_OK || one.status == SIFT_EFORMAT);
  require((one.status == SIFT_EFORMAT) == (one.problems.errors > 0));
  require(one.problems.warnings >= one.result.skipped + one.result.odd + one.result.future + one.result.contradictory);
  require(sift_facts_count(one.facts) <= one.result.sheets);
  check_same(&one, &other);
  release(&one);
  release(&other);
  return 0;
}
