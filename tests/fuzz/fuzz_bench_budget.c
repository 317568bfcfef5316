/* A budget of spacesift bench is read without harm, whatever it holds: it is refused with a place, or each limit is a number within its
 * bounds. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "tools/measure/bench_budget.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sift_bench_budget budget;
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status status = sift_bench_budget_parse(&budget, "b.yaml", sift_span((const char *)data, size), &problems);
  bool some = false;
  for (int i = 0; i < SIFT_LIMITS; i++) {
    some = some || budget.set[i];
    if (budget.set[i] && !(isfinite(budget.limits[i]) && budget.limits[i] >= 0)) {
      abort();
    }
  }
  if ((status == SIFT_OK) != (problems.errors == 0) || (status == SIFT_OK && !some)) {
    abort();
  }
  sift_problems_release(&problems);
  return 0;
}
