/* Property: any bytes, taken for the status page, give a page or an error, the same however they are read; what the page was
 * given can be asked for, and all that was not taken is told. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/space.h"
#include "ingest/status_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) {
    abort();
  }
}

struct outcome {
  enum sift_status status;
  struct sift_status_file_result result;
  struct sift_status_page *page;
  struct sift_problems problems;
};

static void read_in_steps(struct outcome *out, const uint8_t *data, size_t size, size_t step) {
  struct sift_source *source = NULL;
  struct sift_status_file_config config = {.now_ns = INT64_C(1769854830000000000)};
  sift_problems_init(&out->problems);
  require(sift_status_page_new(&out->page) == SIFT_OK);
  require(sift_source_memory(&source, (const char *)data, size, step) == SIFT_OK);
  out->status = sift_status_file_read_source(out->page, source, "f", &config, &out->problems, &out->result);
  sift_source_free(source);
}

static void check_same(const struct outcome *a, const struct outcome *b) {
  static const char *const names[] = {"aggregate", "Spaces", "Hub"};
  require(a->status == b->status && memcmp(&a->result.components, &b->result.components, 5 * sizeof(uint64_t)) == 0);
  require(a->problems.count == b->problems.count);
  for (size_t i = 0; i < a->problems.count; i++) {
    const struct sift_problem *one = &a->problems.items[i];
    const struct sift_problem *other = &b->problems.items[i];
    require(one->line == other->line && one->column == other->column && strcmp(one->message, other->message) == 0);
  }
  for (size_t i = 0; i < 3; i++) {
    const struct sift_component *one = sift_status_page_component(a->page, sift_span_of(names[i]));
    const struct sift_component *other = sift_status_page_component(b->page, sift_span_of(names[i]));
    require((one == NULL) == (other == NULL) && (one == NULL || one->state == other->state));
  }
  const struct sift_status_report *one = sift_status_page_report(a->page, sift_span_of("spaces"), SIFT_TIME_NONE);
  const struct sift_status_report *other = sift_status_page_report(b->page, sift_span_of("spaces"), SIFT_TIME_NONE);
  require((one == NULL) == (other == NULL) && (one == NULL || strcmp(one->title, other->title) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct outcome one;
  struct outcome other;
  read_in_steps(&one, data, size, 0);
  read_in_steps(&other, data, size, 1 + size % 13);
  require(one.status == SIFT_OK || one.status == SIFT_EFORMAT);
  require((one.status == SIFT_EFORMAT) == (one.problems.errors > 0));
  require((one.status == SIFT_OK) == (one.result.components + one.result.reports > 0));
  require(one.problems.warnings >= one.result.odd + one.result.contradictory);
  check_same(&one, &other);
  sift_status_page_free(one.page);
  sift_status_page_free(other.page);
  sift_problems_release(&one.problems);
  sift_problems_release(&other.problems);
  return 0;
}
